"""PostgreSQL: finding or starting it, transactions, migrations, backup."""
