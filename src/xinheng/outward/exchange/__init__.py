"""库表交换: rows, receipts and returned rows through tables in an agency's own database."""
