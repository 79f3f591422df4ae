// Texts to floats, doubles and long doubles: bits, at the ends of their ranges and between two neighbours.
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
int main(){ const char*t[]={"0.1","1e-320","3.4028235e38","3.4028236e38","1e-45","7e-46","7.1e-46","1.17549435e-38","nan","-inf","0x1.fffffffffffff8p0","0x1.ffffffffffffffffp0","1e4932","1e4933","1e-4950","1e-4940","3.6e-4951","1.8e-4951","123456789012345678901234567890","0.3","16777217","16777217.0000001","9007199254740993","1e23","8.5e-320","18446744073709551617","5e-324","2e-324","3e-324",".","-","1e","0x","0x.8p","nan(123)","3.3621031431120935e-4932","0x1p-16445","0x1p-16446","0x1.8p-16446"};
 for(int i=0;i<39;i++){ double d=strtod(t[i],0); float f=strtof(t[i],0); long double l=strtold(t[i],0); unsigned char b[16]={0}; memcpy(b,&l,10); unsigned fb; memcpy(&fb,&f,4); printf("%s %a %08x ",t[i],d,fb); for(int k=9;k>=0;k--)printf("%02x",b[k]); printf(" %.20Lg\n", l); long double x; int n=sscanf(t[i],"%Lf",&x); printf("%d %.18Lg\n",n,n>0?x:0.L); } }
