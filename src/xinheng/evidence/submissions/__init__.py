"""Submissions on their way: from handing in to the receipt, reviewed by a colleague where that is asked."""
