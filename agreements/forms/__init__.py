"""What people type: forms turn it into the arguments of a service."""
