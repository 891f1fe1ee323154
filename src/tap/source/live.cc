#include "tap/source/live.h"

#include <cerrno>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/wait.h"
#include "control/client.h"
#include "control/taps.h"
#include "frame/control.h"
#include "frame/splitter.h"

namespace pdns::tap {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadSize = 256U << 10;
constexpr std::size_t kLongestLine = 64U << 10;

// What the ingester said to the request.
Status CheckAnswer(const std::string& line) {
  const auto reply = control::ParseReply(line);
  if (!reply.ok()) return Status::Io("control socket: an answer that cannot be read: " + line);
  if (reply->error.ok()) return {};
  const Code code = reply->error.code() == Code::kBusy ? Code::kIo : reply->error.code();
  const std::string& words = reply->error.message();
  return {code, "the ingester refused the connection: " + (words.empty() ? line : words)};
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
    if (cursor.U32() == control::Taps::kLeftOut) {
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

Status ReadStream(control::Client& client, const Stop& stop, Printer& printer) {
  LiveStream stream(printer);
  while (true) {
    const auto got = client.Read(stream.Room(), stop);
    if (!got.has_value()) return Status::Errno("control socket", errno);
    if (*got == 0 || !stream.Read(*got, stop)) break;
  }
  if (!stream.fault().empty()) return Status::Io("control socket: " + stream.fault());
  return {};
}

// One connection. `joined` tells whether the ingester accepted the tap.
Status PrintOnce(const std::string& path, const Stop& stop, Printer& printer, bool& joined) {
  joined = false;
  auto client = control::Client::Connect(path);
  if (!client.ok()) return client.status();
  if (!client->has_value())
    return Status::NoInput("no pdns-ingest is running: nobody listens on " + path);
  control::Request request;
  request.operation = control::Request::Operation::kTap;
  Status sent = (*client)->Send(request, stop);
  if (stop.requested()) return {};
  if (!sent.ok()) return sent;
  const auto line = (*client)->ReadLine(stop, kLongestLine);
  if (stop.requested()) return {};
  if ((*client)->gone()) return Status::Io("control socket: closed without an answer");
  if (!line.ok()) return Status::Io("control socket: " + line.status().message());
  if (Status answered = CheckAnswer(*line); !answered.ok()) return answered;
  joined = true;
  return ReadStream(**client, stop, printer);
}

}  // namespace

Status PrintLive(const std::string& path, std::chrono::milliseconds patience, const Stop& stop,
                 Printer& printer) {
  constexpr std::chrono::milliseconds kRest(50);
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
      static_cast<void>(WaitForStop(stop, kRest));
    }
  }
  return status;
}

}  // namespace pdns::tap
