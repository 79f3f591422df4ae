// A library that once had a function.
#ifdef FULL
int absent_function(int x) { return x; }
#endif
int present;
