// Who asked what: Entry -> [Audit] -> lines of JSON in a file.
//
//   {"time":"2026-11-27T16:41:48.123Z","key":"alice","peer":"192.0.2.1","method":"GET",
//    "question":"/dnsdb/v2/lookup/rrset/name/blah.org?limit=10","status":200,"rows":3,"ms":8}
//
// (one line each). No answer stands in it, and no key. `key` is the name of the key; it is left
// out if there is none. In texts of the peer every byte outside 0x21..0x7e is written as %NN, so
// that a terminal shows what is there; a longer one is cut, and then `cut` is true. A line behind
// lost ones begins with their number: {"lost":7,"time":...}.
//
// A line is appended by one write(), without fsync. A file that would grow beyond `max_bytes` is
// renamed to FILE.1 before, FILE.1 to FILE.2 and so on; `kept` of these stay, the oldest is
// replaced. So all of them hold (kept + 1) * max_bytes at most. While it renames, FILE.new is
// there.
//
// What cannot be written is lost and counted, and the operator is told when that begins and when it
// ends: no request waits for a disk that is full. (A disk that hangs makes it wait.) Half a line
// that a full disk left is removed again.
//
// The file is locked (flock): two servers never write one file. Mode 0640 as far as umask lets it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/log_limit.h"
#include "base/status.h"
#include "json/writer.h"
#include "net/descriptor.h"

namespace pdns::access {

// Any thread.
class Audit {
 public:
  static constexpr std::uint64_t kLeastBytes = 64U << 10;  // a line is shorter than 16 KiB
  static constexpr unsigned kMostKept = 1000;
  static constexpr std::size_t kLongestQuestion = 2000;  // bytes as written, as those below
  static constexpr std::size_t kLongestPeer = 100;
  static constexpr std::size_t kLongestMethod = 20;

  struct Settings {
    std::string path;
    std::uint64_t max_bytes = 64U << 20;  // of one file; kLeastBytes or more
    unsigned kept = 8;                    // files beside it; 0 to kMostKept
  };

  // What was asked and answered. Good until Write returns.
  struct Entry {
    std::chrono::system_clock::time_point time;  // when it was asked
    std::string_view key{};                      // name of the key; empty: none
    std::string_view peer{};                     // address of the peer
    std::string_view method{};                   // as it was sent, as the next one
    std::string_view question{};                 // path and query
    int status = 0;                              // of HTTP
    std::uint64_t rows = 0;                      // that were sent
    std::chrono::milliseconds took{};            // until the last byte was given away
  };

  struct Figures {
    std::uint64_t written = 0;  // lines
    std::uint64_t lost = 0;
  };

  // Goes on with the file if it is there. kUsage: settings out of bounds, or no regular file;
  // kBusy: another process writes it; kIo, kDisk: it cannot be opened.
  static Result<std::unique_ptr<Audit>> Open(Settings settings);

  void Write(const Entry& entry);

  // Opens the file anew by its name, as after a SIGHUP of logrotate, which has renamed it. If that
  // fails, the one that is open is written on. Errors as of Open.
  Status Reopen();

  Figures figures() const;

 private:
  explicit Audit(Settings settings);

  Status OpenFile();
  Result<std::uint64_t> Size();
  Status Append(std::string_view line);
  Status AppendTo(std::string_view line, std::uint64_t size);
  Status Rotate();
  std::string Kept(unsigned number) const;
  void Format(const Entry& entry);
  void Tell(const Status& appended);

  const Settings settings_;
  mutable std::mutex mutex_;
  LogLimit log_{"audit log"};
  net::Descriptor file_;
  bool torn_ = false;  // the file ends within a line
  json::Writer writer_;
  std::uint64_t lost_here_ = 0;  // since the last line that was written
  Figures figures_;
};

}  // namespace pdns::access
