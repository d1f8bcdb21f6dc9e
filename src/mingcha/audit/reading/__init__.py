"""What people read of runs and datasets, each within the data that they may see."""
