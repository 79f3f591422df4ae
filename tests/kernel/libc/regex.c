// Regular expressions: where they match, groups, errors; basic, extended, without case, with lines; and names by patterns.
#include <fnmatch.h>
#include <locale.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>
static void one(const char *pattern, const char *text, int flags, int more) {
  regex_t r;
  regmatch_t m[6];
  char error[80];
  int status = regcomp(&r, pattern, flags);
  printf("%s %s %d:", pattern, text, flags);
  if (status != 0) {
    regerror(status, &r, error, sizeof error);
    printf(" %s\n", error);
    return;
  }
  printf(" %zu %d", r.re_nsub, status = regexec(&r, text, 6, m, more));
  if (status == 0)
    for (int i = 0; i < 6; i++) printf(" %d-%d", (int)m[i].rm_so, (int)m[i].rm_eo);
  puts("");
  regfree(&r);
}
int main(void) {
  static const char *const extended[] = {"abc", "a|ab", "(a|ab)(c|bcd)(d*)", "^a+b?$", "[a-c]+", "[^a-c]+", "x{2,3}", "(ab){2}", "a.c", "", "^$", "a{0}b", "[[:digit:]]+[[:space:]]", "\\bcat\\b", "(a*)(b*)", "(a)|b", "((a)(b))", "a**", "()b", "[]a]+", "[a-]", "\\.", "a\\{", "(", ")", "a{2", "[b-a]", "[", "\\", "[[:nope:]]", "*a", "a|*b", "(^|x)b", "b($|y)", "\\w+\\W\\w", "\\<c", "t\\>", "(.)\\1", "a{1,2}{2}", "[[.a.]b]"};
  static const char *const basic[] = {"a*b", "\\(a\\)\\1", "*a", "^*a", "a\\{2\\}", "a+", "a\\+", "a\\?b", "a\\|b", "\\(^a\\)", "a$b", "a\\{1", "\\(ab\\)*c", "[.]x", "x\\{1,\\}y", "\\(\\(a\\)b\\)\\2"};
  static const char *const texts[] = {"abc", "abcd", "xxxx", "aab", "ababab", "", "a c 12 the cat", "aaab*a+b?", "A\nbC\nab", "xb by", ").]{(", "aabb\\.a-"};
  for (unsigned t = 0; t < sizeof texts / sizeof *texts; t++) {
    for (unsigned i = 0; i < sizeof extended / sizeof *extended; i++) {
      one(extended[i], texts[t], REG_EXTENDED, 0);
      if (t > 6) one(extended[i], texts[t], REG_EXTENDED | REG_ICASE | REG_NEWLINE, t % 2 ? REG_NOTBOL : REG_NOTEOL);
    }
    for (unsigned i = 0; i < sizeof basic / sizeof *basic; i++) one(basic[i], texts[t], 0, 0);
  }
  setlocale(LC_ALL, "C.UTF-8");
  one("^.é.$", "aéb", REG_EXTENDED, 0);
  one("[^a]b", "éb", REG_EXTENDED, 0);
  static const char *const globs[] = {"*", "*.c", "a?c", "[a-c]*", "[!a]*", "a\\*b", "*/b", "[[:upper:]]*", ".*", "a*b*c", "[a", "\\", "**", "[]-a]x"};
  static const char *const names[] = {"abc", "x.c", ".c", "a/b", "a*b", "Abc", "", "aXbYc", "[a", "]x"};
  for (unsigned i = 0; i < sizeof globs / sizeof *globs; i++)
    for (unsigned j = 0; j < sizeof names / sizeof *names; j++)
      printf("%s %s %d %d %d\n", globs[i], names[j], fnmatch(globs[i], names[j], 0), fnmatch(globs[i], names[j], FNM_PATHNAME | FNM_PERIOD), fnmatch(globs[i], names[j], FNM_NOESCAPE));
  return 0;
}
