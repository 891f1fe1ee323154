#include "tap/source/live.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "unit/support/fake_ingester.h"
#include "unit/support/tapped.h"
#include "unit/support/temp_dir.h"

namespace pdns::tap {
namespace {

using testing::AddressResponse;
using testing::DataFrame;
using testing::ExchangePayload;
using testing::FakeIngester;
using testing::OutputPipe;
using testing::RawControl;
using testing::StartFrame;
using testing::StopFrame;
using testing::U32;

constexpr std::chrono::milliseconds kNoPatience(0);
const std::string kOk = "{\"ok\":true}\n";

struct Received {
  Status status;
  Counts counts;
  std::string asked;
};

// Taps an ingester that sends these bytes.
Received ReadStream(const std::string& bytes, std::size_t piece = 1U << 16) {
  const testing::TempDir dir;
  const std::string path = dir / "control.sock";
  FakeIngester ingester(path, bytes, piece);
  OutputPipe pipe;
  const Stop interrupt;
  Stop stop;
  Printer printer({}, pipe.fd(), interrupt, stop);
  Status status = PrintLive(path, kNoPatience, stop, printer);
  return {std::move(status), printer.counts(), ingester.Asked()};
}

std::string Frame(const std::string& name) {
  return DataFrame(ExchangePayload(AddressResponse(name)));
}

void ExpectFailed(const Received& received, Code code, const std::string& words) {
  EXPECT_EQ(received.status.code(), code) << words;
  EXPECT_NE(received.status.message().find(words), std::string::npos) << received.status.message();
}

TEST(PrintLive, FramesAndWhatWasLeftOut) {
  const std::string stream = StartFrame() + Frame("a.org") + FakeIngester::Drop(7) +
                             Frame("b.org") + FakeIngester::Drop((std::uint64_t{1} << 32) + 1) +
                             StopFrame();
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1} << 16}) {
    const Received received = ReadStream(kOk + stream, piece);
    EXPECT_TRUE(received.status.ok()) << received.status.message();
    EXPECT_EQ(received.asked, "{\"op\":\"tap\"}");
    EXPECT_EQ(received.counts.seen, 2U);
    EXPECT_EQ(received.counts.left_out, (std::uint64_t{1} << 32) + 8);
  }
}

TEST(PrintLive, TheIngesterGoesWithoutStop) {
  const Received received = ReadStream(kOk + StartFrame() + Frame("a.org") + "\0\0");
  EXPECT_TRUE(received.status.ok());
  EXPECT_EQ(received.counts.seen, 1U);
}

TEST(PrintLive, AnIngesterThatComesBackIsJoinedAnew) {
  const testing::TempDir dir;
  const std::string path = dir / "control.sock";
  OutputPipe pipe;
  const Stop interrupt;
  Stop stop;
  PrintOptions options;
  options.live = true;
  Printer printer(options, pipe.fd(), interrupt, stop);
  auto first = std::make_unique<FakeIngester>(path, kOk + StartFrame() + Frame("a.org"));
  Status status = Status::Io("not run");
  std::thread tap([&] { status = PrintLive(path, std::chrono::hours(1), stop, printer); });
  EXPECT_NE(pipe.Read().find("a.org"), std::string::npos);
  first.reset();
  testing::FakeIngester second(path, kOk + StartFrame() + Frame("b.org") + StopFrame());
  EXPECT_NE(pipe.Read().find("b.org"), std::string::npos);
  stop.Request();
  tap.join();
  EXPECT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(printer.counts().seen, 2U);
}

TEST(PrintLive, TheIngesterRefuses) {
  ExpectFailed(ReadStream("{\"error\":\"no such \\u001bop\",\"code\":64}\n"), Code::kUsage,
               "no such");
  ExpectFailed(ReadStream("{\"error\":\"gone\",\"code\":66}\n"), Code::kNoInput, "gone");
  ExpectFailed(ReadStream("{\"error\":\"busy\",\"code\":74}\n"), Code::kIo, "busy");
  ExpectFailed(ReadStream("{\"ok\":false}\n"), Code::kIo, "{\"ok\":false}");
  ExpectFailed(ReadStream("{\"error\":5,\"code\":\"x\"}\n"), Code::kIo, "error");
}

TEST(PrintLive, AnAnswerThatCannotBeRead) {
  ExpectFailed(ReadStream(""), Code::kIo, "without an answer");
  ExpectFailed(ReadStream("{\"ok\":true}"), Code::kIo, "without an answer");
  ExpectFailed(ReadStream("HTTP/1.1 400\n"), Code::kIo, "cannot be read");
  ExpectFailed(ReadStream("[]\n"), Code::kIo, "cannot be read");
  ExpectFailed(ReadStream(std::string(40000, '[') + "\n"), Code::kIo, "cannot be read");
  ExpectFailed(ReadStream(std::string(100000, 'x')), Code::kIo, "no end");
}

TEST(PrintLive, AStreamThatCannotBeRead) {
  const std::string start = kOk + StartFrame();
  ExpectFailed(ReadStream(kOk + Frame("a.org")), Code::kIo, "before START");
  ExpectFailed(ReadStream(start + U32(1U << 30)), Code::kIo, "beyond all limits");
  ExpectFailed(ReadStream(start + RawControl(U32(99))), Code::kIo, "control frame");
  ExpectFailed(ReadStream(start + RawControl(U32(0x64726f70) + U32(1))), Code::kIo, "drop");
  ExpectFailed(ReadStream(start + RawControl(U32(0x64726f70) + std::string(9, '\0'))), Code::kIo,
               "drop");
  ExpectFailed(ReadStream(kOk + testing::ControlFrame(testing::kStart, {"other"})), Code::kIo,
               "content type");
}

TEST(PrintLive, NobodyIsThere) {
  const testing::TempDir dir;
  OutputPipe pipe;
  Stop stop;
  Printer printer({}, pipe.fd(), stop, stop);
  EXPECT_EQ(PrintLive(dir / "none", kNoPatience, stop, printer).code(), Code::kNoInput);
  testing::WriteFile(dir / "file", "");
  EXPECT_EQ(PrintLive(dir / "file", kNoPatience, stop, printer).code(), Code::kNoInput);
  EXPECT_EQ(PrintLive(dir / std::string(200, 'x'), kNoPatience, stop, printer).code(),
            Code::kUsage);
  EXPECT_EQ(PrintLive("", kNoPatience, stop, printer).code(), Code::kUsage);
}

}  // namespace
}  // namespace pdns::tap
