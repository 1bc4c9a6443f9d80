"""What every folder needs: types, enumerations, and how messages are worded."""
