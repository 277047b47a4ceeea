"""One exchange over HTTP; the target with its pace, budget and redaction; the guard that protects foreign rows."""
