"""What every room needs: types, enumerations, and how messages are worded."""
