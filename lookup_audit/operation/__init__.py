"""What those who keep the nights running look at."""
