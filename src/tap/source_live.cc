#include "tap/source_live.h"

#include <poll.h>
#include <rapidjson/document.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "base/log.h"
#include "frame/control.h"
#include "frame/splitter.h"
#include "net/endpoint.h"
#include "tap/stop_waiter.h"

namespace pdns::tap {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadSize = 256U << 10;
constexpr std::size_t kLongestLine = 64U << 10;
constexpr std::uint32_t kDropControl = 0x64726f70;

class Socket {
 public:
  Socket(net::Descriptor fd, const Stop& stop) : fd_(std::move(fd)), waiter_(stop) {}

  bool Send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EINTR) return false;
      if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // 0 at the end and at a stop; nothing, with errno, when it failed.
  std::optional<std::size_t> Receive(std::span<std::uint8_t> into) {
    while (waiter_.AwaitReadable(fd_.get())) {
      const ssize_t got = recv(fd_.get(), into.data(), into.size(), 0);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno == ECONNRESET) return 0;
      if (errno != EINTR && errno != EAGAIN) return std::nullopt;
    }
    return 0;
  }

 private:
  net::Descriptor fd_;
  StopWaiter waiter_;
};

// The line in front of the stream, byte by byte, so that nothing behind it is taken.
Status ReadAnswer(Socket& socket, std::string& line) {
  while (line.size() < kLongestLine) {
    std::uint8_t byte = 0;
    const auto got = socket.Receive({&byte, 1});
    if (!got.has_value()) return Status::Errno("control socket", errno);
    if (*got == 0) return Status::Io("control socket: closed without an answer");
    if (byte == '\n') return {};
    line.push_back(static_cast<char>(byte));
  }
  return Status::Io("control socket: an answer that has no end");
}

Code CodeOf(int exit_code) {
  for (const Code code : {Code::kUsage, Code::kNoInput, Code::kDenied}) {
    if (ExitCode(code) == exit_code) return code;
  }
  return Code::kIo;
}

Status CheckAnswer(const std::string& line) {
  rapidjson::Document answer;
  answer.Parse<rapidjson::kParseIterativeFlag>(line.data(), line.size());
  if (answer.HasParseError() || !answer.IsObject()) {
    return Status::Io("control socket: an answer that cannot be read: " + line);
  }
  if (answer.HasMember("ok") && answer["ok"].IsTrue()) return {};
  const bool said = answer.HasMember("error") && answer["error"].IsString();
  const bool coded = answer.HasMember("code") && answer["code"].IsInt();
  const std::string words = said ? answer["error"].GetString() : line;
  return {CodeOf(coded ? answer["code"].GetInt() : 0),
          "pdns-ingest does not let itself be tapped: " + words};
}

// Cuts the stream; Ended when no more is to be read.
class LiveStream {
 public:
  explicit LiveStream(Printer& printer) : printer_(printer), splitter_(kReadSize) {}

  std::span<std::uint8_t> Room() { return splitter_.Room(); }

  // True while the stream goes on.
  bool Read(std::size_t n, const Stop& stop) {
    splitter_.Filled(n);
    while (!stop.requested()) {
      switch (splitter_.Next()) {
        case frame::Piece::kNeedMore:
          return true;
        case frame::Piece::kData:
          if (!started_) return Break("a data frame before START");
          printer_.Add(splitter_.payload());
          break;
        case frame::Piece::kControl:
          if (!ReadControl(splitter_.payload())) return false;
          break;
        case frame::Piece::kBroken:
          return Break("a frame length beyond all limits");
      }
    }
    return false;
  }

  const std::string& fault() const { return fault_; }

 private:
  bool Break(std::string fault) {
    fault_ = std::move(fault);
    return false;
  }

  bool ReadControl(Bytes payload) {
    Cursor cursor(payload);
    if (cursor.U32() == kDropControl) {
      const std::uint64_t high = cursor.U32();
      const std::uint64_t frames = high << 32 | cursor.U32();
      if (!cursor.AtEnd()) return Break("a drop control frame that cannot be read");
      printer_.AddLeftOut(frames);
      return true;
    }
    const auto control = frame::DecodeControl(payload);
    if (!control.has_value()) return Break("a control frame that cannot be read");
    if (control->type == frame::ControlType::kStart) {
      if (!control->suits) return Break("Frame Streams of another content type");
      started_ = true;
    }
    return control->type != frame::ControlType::kStop;
  }

  Printer& printer_;
  frame::Splitter splitter_;
  bool started_ = false;
  std::string fault_;
};

Status ReadStream(Socket& socket, const Stop& stop, Printer& printer) {
  LiveStream stream(printer);
  while (true) {
    const auto got = socket.Receive(stream.Room());
    if (!got.has_value()) return Status::Errno("control socket", errno);
    if (*got == 0 || !stream.Read(*got, stop)) break;
  }
  if (!stream.fault().empty()) return Status::Io("control socket: " + stream.fault());
  return {};
}

// One connection. `joined` tells whether the ingester took us as an onlooker.
Status PrintOnce(const std::string& path, const Stop& stop, Printer& printer, bool& joined) {
  joined = false;
  auto connected = net::Connect({net::Endpoint::Kind::kUnix, path, false});
  if (!connected.ok() && connected.status().code() == Code::kNoInput)
    return Status::NoInput("no pdns-ingest is running: nobody listens on " + path);
  if (!connected.ok()) return connected.status();
  Socket socket(std::move(*connected), stop);
  if (!socket.Send("{\"op\":\"tap\"}\n")) return Status::Errno("control socket", errno);
  std::string line;
  Status answered = ReadAnswer(socket, line);
  if (stop.requested()) return {};
  if (!answered.ok()) return answered;
  if (Status taken = CheckAnswer(line); !taken.ok()) return taken;
  joined = true;
  return ReadStream(socket, stop, printer);
}

void Rest(const Stop& stop, int milliseconds) {
  pollfd event{stop.fd(), POLLIN, 0};
  poll(&event, 1, milliseconds);
}

}  // namespace

Status PrintLive(const std::string& path, std::chrono::milliseconds patience, const Stop& stop,
                 Printer& printer) {
  constexpr int kRest = 50;
  bool joined = false;
  Status status = PrintOnce(path, stop, printer, joined);
  auto until = Clock::now() + patience;
  while (joined && status.ok() && !stop.requested()) {
    bool again = false;
    Status next = PrintOnce(path, stop, printer, again);
    if (again) {
      status = std::move(next);
      until = Clock::now() + patience;
    } else if (Clock::now() >= until) {
      LogWarning("pdns-ingest has ended");
      break;
    } else {
      Rest(stop, kRest);
    }
  }
  return status;
}

}  // namespace pdns::tap
