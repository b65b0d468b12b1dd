"""Law as data: packs are loaded, resolved by date and cited; the working-day calendar."""
