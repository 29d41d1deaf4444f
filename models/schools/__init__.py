"""The school: classes, who teaches them, whose children are in them, and what a teacher tells a class (domain 7)."""
