"""Work plans: how far each task of the pack's plans is, live where the platform can know it."""
