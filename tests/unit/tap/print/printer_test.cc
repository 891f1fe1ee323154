#include "tap/print/printer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "unit/support/tapped.h"

namespace pdns::tap {
namespace {

using testing::AddressResponse;
using testing::ExchangePayload;
using testing::OutputPipe;

struct Printed {
  std::string text;
  Counts counts;
  bool stopped = false;
};

Printed Print(const PrintOptions& options, const std::vector<std::string>& payloads) {
  OutputPipe pipe;
  const Stop interrupt;
  Stop stop;
  Printer printer(options, pipe.fd(), interrupt, stop);
  for (const std::string& payload : payloads) printer.Add(AsBytes(payload));
  printer.Flush();
  const bool any = printer.counts().shown > 0;
  return {any ? pipe.Read() : std::string(), printer.counts(), stop.requested()};
}

std::string Of(const std::string& name) { return ExchangePayload(AddressResponse(name)); }

long Lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

TEST(Printer, CountsWhatItSeesShowsAndCannotRead) {
  PrintOptions options;
  const Printed all = Print(options, {Of("a.org"), "rubbish", Of("b.org")});
  EXPECT_EQ(all.counts.seen, 3U);
  EXPECT_EQ(all.counts.shown, 3U);
  EXPECT_EQ(all.counts.malformed, 1U);
  EXPECT_EQ(Lines(all.text), 3);
  EXPECT_NE(all.text.find("\nmalformed 7b\n"), std::string::npos);
  EXPECT_FALSE(all.stopped);
  options.filter.names = {*ParseNamePattern("b.org")};
  const Printed one = Print(options, {Of("a.org"), "rubbish", Of("b.org")});
  EXPECT_EQ(one.counts.seen, 3U);
  EXPECT_EQ(one.counts.shown, 1U);
  EXPECT_EQ(one.counts.malformed, 1U);
  EXPECT_EQ(Lines(one.text), 1);
}

TEST(Printer, EndsAtTheLimit) {
  PrintOptions options;
  options.limit = 2;
  const Printed printed = Print(options, {Of("a.org"), Of("b.org"), Of("c.org")});
  EXPECT_TRUE(printed.stopped);
  EXPECT_EQ(Lines(printed.text), 2);
  EXPECT_EQ(printed.counts.seen, 2U);
  EXPECT_EQ(printed.text.find("c.org"), std::string::npos);
}

TEST(Printer, Formats) {
  PrintOptions options;
  options.format = Format::kJson;
  const std::string json = Print(options, {Of("a.org"), "x"}).text;
  EXPECT_EQ(Lines(json), 2);
  EXPECT_NE(json.find("}\n{\"type\":\"malformed\""), std::string::npos);
  options.format = Format::kYaml;
  const std::string yaml = Print(options, {Of("a.org"), "x"}).text;
  EXPECT_TRUE(yaml.starts_with("---\ntype: MESSAGE\n"));
  EXPECT_NE(yaml.find("\n---\ntype: malformed\n"), std::string::npos);
}

TEST(Printer, NobodyReads) {
  std::signal(SIGPIPE, SIG_IGN);
  OutputPipe pipe;
  pipe.CloseReader();
  const Stop interrupt;
  Stop stop;
  PrintOptions options;
  options.live = true;
  Printer printer(options, pipe.fd(), interrupt, stop);
  printer.Add(AsBytes(Of("a.org")));
  EXPECT_TRUE(stop.requested());
  EXPECT_EQ(printer.output_error(), EPIPE);
  EXPECT_EQ(printer.counts().shown, 0U);
}

TEST(Printer, ManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kFrames = 200;
  OutputPipe pipe;
  const Stop interrupt;
  Stop stop;
  PrintOptions options;
  options.live = true;
  Printer printer(options, pipe.fd(), interrupt, stop);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&printer, payload = Of("thread.org")] {
      for (int k = 0; k < kFrames; ++k) printer.Add(AsBytes(payload));
      printer.AddLeftOut(5);
      printer.AddBrokenStream();
    });
  }
  std::string text;
  while (Lines(text) < kThreads * kFrames) text += pipe.Read();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(printer.counts().shown, kThreads * kFrames);
  EXPECT_EQ(printer.counts().seen, kThreads * (kFrames + 1));
  EXPECT_EQ(printer.counts().left_out, kThreads * 5);
  const std::string line = text.substr(0, text.find('\n') + 1);
  for (std::size_t at = 0; at < text.size(); at += line.size()) {
    ASSERT_EQ(text.substr(at, line.size()), line);
  }
}

}  // namespace
}  // namespace pdns::tap
