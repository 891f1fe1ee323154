// pdns-bench-ask: asks the pdns-serve of a port for the targets of a file, a line each, such as
// /dnsdb/v2/lookup/rrset/name/NAME, over kept connections, each one request after another, round
// and round until the time is over, and says how long the answers took.
//
// One thread, one poll() over all connections, and of HTTP as little as it must: so that the client
// costs little beside the server that is measured. An answer that is no status 200, or that a
// connection ends, fails the run.
//
// Prints one JSON object: answers; known: those with an object of DNSDB in them; bytes of all
// bodies; seconds (wall); p50_ms, p99_ms, worst_ms, from the request to the last byte of its
// answer; cpu_us of this program for one answer.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int kUsage = 64;
constexpr int kNoInput = 66;
constexpr int kIo = 74;

constexpr std::size_t kMostConnections = 1000;
constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::string_view kLineEnd = "\r\n";

using Clock = std::chrono::steady_clock;

struct Answers {
  std::vector<std::uint32_t> took;  // microseconds
  std::uint64_t known = 0;
  std::uint64_t bytes = 0;
};

// The value of a header of an answer by pdns-serve, which writes them in one way.
std::string_view HeaderOf(std::string_view head, std::string_view name) {
  const std::size_t at = head.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = head.substr(at + name.size());
  return rest.substr(0, rest.find(kLineEnd));
}

std::size_t NumberOf(std::string_view text, int base) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, base);
  return number;
}

// Where the chunks that begin at `at` end; none: they are not whole yet.
std::optional<std::size_t> EndOfChunks(std::string_view bytes, std::size_t at) {
  while (true) {
    const std::size_t line = bytes.find(kLineEnd, at);
    if (line == std::string_view::npos) return std::nullopt;
    const std::size_t size = NumberOf(bytes.substr(at, line - at), 16);
    at = line + kLineEnd.size() + size + kLineEnd.size();
    if (at > bytes.size()) return std::nullopt;
    if (size == 0) return at;
  }
}

class Connection {
 public:
  explicit Connection(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int now = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now);
    good_ = connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Connection() { close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool good() const { return good_; }
  int fd() const { return fd_; }

  bool Ask(std::string_view target) {
    request_.assign("GET ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    answer_.clear();
    begun_ = Clock::now();
    return send(fd_, request_.data(), request_.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(request_.size());
  }

  enum class Read { kMore, kWhole, kFailed };
  Read Receive(Answers& answers) {
    std::array<char, 1U << 16> some;
    const ssize_t got = recv(fd_, some.data(), some.size(), 0);
    if (got <= 0) return Read::kFailed;
    answer_.append(some.data(), static_cast<std::size_t>(got));
    const std::size_t head = answer_.find(kHeadEnd);
    if (head == std::string::npos) return Read::kMore;
    if (!answer_.starts_with("HTTP/1.1 200 ")) return Read::kFailed;
    if (!IsWhole(head)) return Read::kMore;
    const auto took = Clock::now() - begun_;
    answers.took.push_back(static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
    answers.bytes += answer_.size() - head - kHeadEnd.size();
    if (answer_.find("{\"obj\":", head) != std::string::npos) ++answers.known;
    return Read::kWhole;
  }

  const std::string& answer() const { return answer_; }

 private:
  bool IsWhole(std::size_t head) const {
    const std::size_t body = head + kHeadEnd.size();
    const std::string_view length =
        HeaderOf(std::string_view(answer_).substr(0, head), "\r\nContent-Length: ");
    if (length.empty()) return EndOfChunks(answer_, body).has_value();
    return answer_.size() >= body + NumberOf(length, 10);
  }

  int fd_;
  bool good_ = false;
  std::string request_;
  std::string answer_;
  Clock::time_point begun_;
};

std::vector<std::string> ReadTargets(const char* path) {
  std::vector<std::string> targets;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) targets.push_back(line);
  return targets;
}

using Connections = std::vector<std::unique_ptr<Connection>>;

// False: a connection failed; its answer is said.
bool AskAll(const Connections& connections, const std::vector<std::string>& targets,
            Clock::time_point end, Answers& answers) {
  std::size_t next = 0;
  const auto target = [&] { return std::string_view(targets[next++ % targets.size()]); };
  std::vector<pollfd> fds;
  for (const auto& one : connections) {
    if (!one->Ask(target())) return false;
    fds.push_back({one->fd(), POLLIN, 0});
  }
  // Each connection ends with an answer, so that none is left half asked.
  for (std::size_t open = connections.size(); open > 0;) {
    if (poll(fds.data(), fds.size(), -1) < 0) return false;
    for (std::size_t i = 0; i < fds.size(); ++i) {
      if (fds[i].revents == 0) continue;
      Connection& one = *connections[i];
      const auto read = one.Receive(answers);
      if (read == Connection::Read::kMore) continue;
      if (read == Connection::Read::kFailed) {
        std::fprintf(stderr, "pdns-bench-ask: %.200s\n", one.answer().c_str());
        return false;
      }
      if (Clock::now() >= end) {
        fds[i].fd = -1;
        --open;
      } else if (!one.Ask(target())) {
        return false;
      }
    }
  }
  return true;
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void Print(Answers& answers, double seconds, double cpu) {
  std::sort(answers.took.begin(), answers.took.end());
  const std::size_t count = answers.took.size();
  const auto milliseconds = [&](std::size_t of_100) {
    return 1e-3 * answers.took[std::min(count - 1, count * of_100 / 100)];
  };
  std::printf(
      "{\"answers\":%zu,\"known\":%llu,\"bytes\":%llu,\"seconds\":%.3f,\"p50_ms\":%.3f,"
      "\"p99_ms\":%.3f,\"worst_ms\":%.3f,\"cpu_us\":%.1f}\n",
      count, static_cast<unsigned long long>(answers.known),
      static_cast<unsigned long long>(answers.bytes), seconds, milliseconds(50), milliseconds(99),
      milliseconds(100), 1e6 * cpu / static_cast<double>(count));
}

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int at) { return argc == 5 ? NumberOf(argv[at], 10) : 0; };
  const std::size_t port = number(1);
  const std::size_t count = number(2);
  if (port == 0 || port > 0xffff || count == 0 || count > kMostConnections || number(3) == 0) {
    std::fprintf(stderr, "usage: pdns-bench-ask PORT CONNECTIONS SECONDS FILE\n");
    return kUsage;
  }
  const auto targets = ReadTargets(argv[4]);
  if (targets.empty()) {
    std::fprintf(stderr, "pdns-bench-ask: cannot read %s\n", argv[4]);
    return kNoInput;
  }
  Connections connections;
  for (std::size_t i = 0; i < count; ++i) {
    connections.push_back(std::make_unique<Connection>(static_cast<int>(port)));
    if (!connections.back()->good()) {
      std::fprintf(stderr, "pdns-bench-ask: no server on port %zu\n", port);
      return kIo;
    }
  }
  Answers answers;
  const auto begun = Clock::now();
  const bool good = AskAll(connections, targets, begun + std::chrono::seconds(number(3)), answers);
  const std::chrono::duration<double> seconds = Clock::now() - begun;
  if (!good) {
    std::fprintf(stderr, "pdns-bench-ask: a connection failed\n");
    return kIo;
  }
  Print(answers, seconds.count(), CpuSeconds());
  return 0;
}
