"""One alert and its four sides: condition, handling, holds, escalation. No side moves another."""
