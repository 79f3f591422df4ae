// What libstdc++ asks of a libc: streams, exceptions, threads, locales, regular expressions. The same lines and status as natively.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>
#include <locale>
#include <codecvt>
#include <random>
struct Tracer { const char *name; ~Tracer() { std::cout << "destroyed " << name << '\n'; } };
static Tracer global{"global"};
thread_local Tracer local{"thread's"};
static int depth(int n) { Tracer t{"frame"}; if (n == 0) throw std::runtime_error("deep"); return depth(n - 1) + 1; }
static std::string demangled() { try { std::vector<int>().at(3); } catch (const std::out_of_range &e) { return e.what(); } return ""; }
int main(int argc, char **argv) {
  std::ios::sync_with_stdio(argc > 1);
  std::cout << "iostreams: " << 42 << ' ' << 3.25 << ' ' << std::hex << 255 << std::dec << ' ' << std::setw(8) << std::setfill('*') << 7 << ' ' << std::fixed << std::setprecision(3) << 2.0 / 3 << ' ' << std::boolalpha << true << ' ' << std::scientific << 12345.678 << std::defaultfloat << '\n';
  try { depth(2); } catch (const std::exception &e) { std::cout << "caught " << e.what() << '\n'; }
  std::cout << demangled() << '\n';
  try { try { throw 5; } catch (int) { throw; } } catch (int n) { std::cout << "again " << n << '\n'; }
  std::map<std::string, int> words; std::istringstream in("the cat and the dog and the bird"); for (std::string w; in >> w;) words[w]++;
  for (auto &[w, n] : words) std::cout << w << '=' << n << ' '; std::cout << '\n';
  std::regex r("(\\w+)@(\\w+)\\.com"); std::string text = "mail to ann@example.com and bob@test.com now";
  for (std::sregex_iterator i(text.begin(), text.end(), r), e; i != e; ++i) std::cout << (*i)[1] << " at " << (*i)[2] << '\n';
  std::cout << std::regex_replace(text, std::regex("[aeiou]"), "_") << '\n';
  std::mutex m; std::condition_variable c; int turn = 0; std::vector<std::thread> threads; std::atomic<long> sum{0};
  for (int i = 0; i < 4; i++) threads.emplace_back([&, i] { for (int k = 0; k < 1000; k++) sum += k; std::unique_lock<std::mutex> l(m); c.wait(l, [&] { return turn == i; }); (void)local.name; std::cout << "thread " << i << '\n'; turn++; c.notify_all(); });
  for (auto &t : threads) t.join();
  std::cout << sum << '\n';
  std::thread bad([] { try { throw std::logic_error("in a thread"); } catch (std::exception &e) { std::cout << e.what() << '\n'; } }); bad.join();
  { std::ofstream f("/tmp/vitrine-iostreams.tmp"); f << "one 1\ntwo 2\n" << 1.5e10 << '\n'; }
  { std::ifstream f("/tmp/vitrine-iostreams.tmp"); std::string l; while (std::getline(f, l)) std::cout << '[' << l << ']'; std::cout << f.eof() << '\n'; f.clear(); f.seekg(4); int n; f >> n; std::cout << n << ' ' << f.tellg() << '\n'; }
  std::stringstream s; s << std::put_money(1234) << ' ' << std::quoted("a \"b\""); std::cout << s.str() << '\n';
  std::tm t{}; t.tm_year = 126; t.tm_mon = 1; t.tm_mday = 3; t.tm_hour = 4; std::cout << std::put_time(&t, "%Y-%m-%d %H:%M %A %B") << '\n';
  double d; std::istringstream("2.5e-3") >> d; std::cout << d << ' ' << std::stod("0x1p4") << ' ' << std::stoi("77") << ' ' << std::to_string(1.25L) << '\n';
  try { std::stoi("x"); } catch (const std::invalid_argument &e) { std::cout << "invalid " << e.what() << '\n'; }
  try { std::locale l("nowhere"); } catch (const std::runtime_error &e) { std::cout << e.what() << '\n'; }
  std::locale u("C.UTF-8"); std::cout << u.name() << ' ' << std::locale().name() << '\n';
  std::wstring_convert<std::codecvt_utf8<wchar_t>> conv; std::wstring w = conv.from_bytes("gr\xc3\xbc\xc3\x9f"); std::cout << w.size() << ' ' << conv.to_bytes(w) << '\n';
  std::cout << std::use_facet<std::ctype<wchar_t>>(u).is(std::ctype_base::alpha, L'\u00e9') << std::use_facet<std::ctype<wchar_t>>(u).toupper(L'x') << ' ' << std::toupper('q', std::locale()) << '\n';
  std::wcout.imbue(u); std::wostringstream ws; ws << L"wide " << 12 << L' ' << 1.5; std::cout << ws.str().size() << '\n';
  std::mt19937 g(7); std::uniform_int_distribution<int> dist(1, 6); for (int i = 0; i < 8; i++) std::cout << dist(g); std::cout << '\n';
  std::unordered_map<std::string, std::vector<int>> um; um["a"] = {3, 1, 2}; std::sort(um["a"].begin(), um["a"].end()); for (int i : um["a"]) std::cout << i; std::cout << ' ' << std::accumulate(um["a"].begin(), um["a"].end(), 0) << '\n';
  auto p = std::make_shared<Tracer>(Tracer{"shared"}); std::weak_ptr<Tracer> wp = p; p.reset(); std::cout << wp.expired() << '\n';
  std::string line; while (std::getline(std::cin, line)) std::cout << "read " << line << '\n';
  std::function<int(int)> f = [&](int n) { return n < 2 ? n : f(n - 1) + f(n - 2); }; std::cout << f(15) << std::endl;
  std::cerr << "error stream\n"; std::clog << "log" << std::endl;
  return 3;
}
