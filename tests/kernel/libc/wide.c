// Wide characters: kinds, conversions, streams, formatted output and input, in "C" and "C.UTF-8". The stream is oriented first, since glibc keeps the character set of that moment.
#define _GNU_SOURCE
#include <wchar.h>
#include <wctype.h>
#include <stdlib.h>
#include <stdio.h>
#include <locale.h>
#include <errno.h>
#include <string.h>
static unsigned long h; static void mix(unsigned long v){ h=(h^v)*1099511628211ul; }
static void classes(void){
 const char*n[]={"alnum","alpha","blank","cntrl","digit","graph","lower","print","punct","space","upper","xdigit"};
 for(int k=0;k<12;k++){ h=k; wctype_t t=wctype(n[k]); for(unsigned c=0;c<0x30000;c+=c<0x3000?1:7) mix(!!iswctype(c,t)); wprintf(L"%s %lx\n",n[k],h); }
 h=0; for(unsigned c=0;c<0x30000;c+=c<0x3000?1:7){ mix(towlower(c)); mix(towupper(c)); mix(wcwidth(c)); } wprintf(L"%lx %d%d\n",h,!!iswalpha(L'é'),!!iswupper(L'É'));
}
int main(int argc,char**argv){
 setlocale(LC_ALL,"C.UTF-8"); fwide(stdout,1); setlocale(LC_ALL,"C");
 wprintf(L"%ls|%10s|%-6ls|%.2ls|%c|%lc|%5d\n",L"abc","x",L"yz",L"longer",'q',L'w',42);
 classes();
 wchar_t b[64]; int r=swprintf(b,64,L"%ls %d %.3f %s",L"wide",7,2.5,"narrow"); wprintf(L"%d %ls\n",r,b); wprintf(L"%d\n",swprintf(b,4,L"toolong"));
 wprintf(L"%ls\n", setlocale(LC_ALL,"C.UTF-8")?L"utf":L"none");
 wprintf(L"%ls|%5ls|%-5ls|%.1ls|%lc|%s|%.2s|%6s|\n",L"€uro",L"é",L"ñ",L"€€",L'日',"añb","añb","日本");
 classes();
 r=swprintf(b,64,L"é%lc%s",L'€',"ü"); wprintf(L"%d %ls\n",r,b);
 fputws(L"grüße\n",stdout); putwchar(L'Ω'); putwc(L'\n',stdout);
 wchar_t*e; wprintf(L"%ld %ls %lu %f %ls\n",wcstol(L" -123abc",&e,10),e,wcstoul(L"ffz",0,16),wcstod(L"1.5e3x",&e),e);
 wprintf(L"%Lg %g\n", wcstold(L"0.1",0), wcstof(L"0.25",0));
 wprintf(L"%d %d %ls %ls\n",wcscmp(L"a",L"b"),wcsncmp(L"abc",L"abd",2),wcsstr(L"hello world",L"wor"),wcschr(L"abc",L'b'));
 wchar_t t[]=L"a,b;;c",*s,*q; for(q=wcstok(t,L",;",&s);q;q=wcstok(0,L",;",&s)) wprintf(L"[%ls]",q); wprintf(L"\n%zu %zu %ls\n",wcsspn(L"aabbc",L"ab"),wcscspn(L"xyzab",L"ab"),wcspbrk(L"xyz,",L",;"));
 int n; wchar_t w1[20]; char m1[20]; float f; r=swscanf(L"12 élan été 3.5 z",L"%d %ls %s %f %lc",&n,w1,m1,&f,w1+10); wprintf(L"%d %d %ls %s %g %lc\n",r,n,w1,m1,f,w1[10]);
 FILE*g=fopen("/tmp/vitrine-wide.tmp","w+"); fputws(L"eins é\nzwei €\n\n",g); rewind(g); wint_t c=fgetwc(g); ungetwc(L'Ж',g); while(fgetws(b,64,g)) wprintf(L"<%ls>",b); wprintf(L"%d %d\n",feof(g)!=0,fwide(g,0)>0); fclose(g);
 char mb[32]; size_t k=wcstombs(mb,L"añ€",32); wprintf(L"%zu %s %zu\n",k,mb,mbstowcs(b,"añ€",64)); const char*p="añ€x"; mbstate_t st={0}; k=mbsrtowcs(b,&p,3,&st); wprintf(L"%zu %s\n",k,p);
 k=mbsnrtowcs(b,(p="añ",&p),2,9,&st); wprintf(L"%zu %d %d\n",k,mbsinit(&st),wcswidth(L"日本x",9));
 setlocale(LC_ALL,"C"); errno=0; r=swprintf(b,64,L"%s","ü"); wprintf(L"%d %d\n",r,errno==EILSEQ);
 char o[64]; setlocale(LC_ALL,"C.UTF-8"); snprintf(o,64,"%ls|%6ls|%.4ls|%lc",L"é",L"é",L"€€",L'é'); wprintf(L"%s\n",o);
 return 0; }
