// Any request is answered in the form of HTTP or not at all, and asks the source for figures at
// most once.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "check.h"
#include "metrics/answers.h"

namespace {

int figures_asked = 0;

pdns::metrics::Answers& TheAnswers() {
  static pdns::metrics::Answers answers({[] {
                                           ++figures_asked;
                                           return std::vector<pdns::Figure>{{"a", "A.", {}, {}, 1}};
                                         },
                                         [] { return true; }, [] { return false; }});
  return answers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::array<int, 2> ends{};
  if (size > 60'000) return 0;  // what a socket holds without a reader
  MUST_HOLD(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  MUST_HOLD(send(ends[0], data, size, MSG_NOSIGNAL) == static_cast<ssize_t>(size));
  shutdown(ends[0], SHUT_WR);
  figures_asked = 0;
  {
    constexpr int kNoStop = -1;
    pdns::metrics::HttpStream stream(ends[1], kNoStop, {});
    TheAnswers().Serve(stream);
  }
  std::string answer(100'000, '\0');
  const ssize_t got = recv(ends[0], answer.data(), answer.size(), MSG_WAITALL);
  close(ends[0]);
  MUST_HOLD(got <= 0 || answer.compare(0, 9, "HTTP/1.1 ") == 0);
  MUST_HOLD(figures_asked <= 1);
  return 0;
}
