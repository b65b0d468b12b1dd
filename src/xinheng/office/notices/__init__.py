"""Messages: kept inside for whoever they are for, and sent on by e-mail, short message or webhook."""
