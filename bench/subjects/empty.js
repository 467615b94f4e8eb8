// What it takes to start Node and do nothing.
