"""School and course enrolment."""
