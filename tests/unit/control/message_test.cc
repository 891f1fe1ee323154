// The lines of a control socket: what parses is what was written, and nothing else parses.
#include "control/message.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pdns::control {
namespace {

using Operation = Request::Operation;

std::string Body(const std::string& line) {
  EXPECT_EQ(line.find('\n'), line.size() - 1) << "one line";
  return line.substr(0, line.size() - 1);
}

Reply Parsed(const std::string& text) {
  const auto reply = ParseReply(text);
  EXPECT_TRUE(reply.ok()) << text << ": " << reply.status().message();
  return reply.ok() ? *reply : Reply();
}

TEST(ControlMessage, RequestsAsTheyAreWritten) {
  Request request;
  EXPECT_EQ(ToLine(request), "{\"op\":\"status\"}\n");
  request.operation = Operation::kTap;
  EXPECT_EQ(ToLine(request), "{\"op\":\"tap\"}\n");
  request.operation = Operation::kBackfill;
  request.paths = {"/a", "/b c"};
  request.accepted = dnstap::SetOf(4);
  request.untrusted = source::Untrusted::kDrop;
  const std::string line = ToLine(request);
  EXPECT_EQ(line.find("{\"op\":\"backfill\",\"paths\":[\"/a\",\"/b c\"],\"accepted\":16,"), 0U)
      << line;
}

TEST(ControlMessage, AsManyPathsAsThereMayBeComeBack) {
  Request request;
  request.operation = Operation::kBackfill;
  request.paths.assign(kMostPaths, "/a");
  request.accepted = dnstap::SetOf(4);
  request.untrusted = source::Untrusted::kDrop;
  std::string line = ToLine(request);
  ASSERT_LE(line.size(), kLongestLine);
  line.pop_back();
  const auto back = ParseRequest(line);
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(back->paths.size(), kMostPaths);
}

TEST(ControlMessage, RequestsComeBack) {
  for (const Operation operation : {Operation::kStatus, Operation::kTap, Operation::kBackfill}) {
    for (const source::Untrusted untrusted :
         {source::Untrusted::kQuarantine, source::Untrusted::kStore, source::Untrusted::kDrop}) {
      Request request;
      request.operation = operation;
      // Paths are bytes: quotes, line ends, what is not UTF-8.
      request.paths = {"/plain", "/quote\"back\\slash", "/line\nend\ttab", "/\xff\xfe\x80",
                       "/\x7f"};
      request.accepted =
          static_cast<dnstap::TypeSet>(dnstap::SetOf(1) | dnstap::SetOf(record::kMessageTypes - 1));
      request.untrusted = untrusted;
      const auto again = ParseRequest(Body(ToLine(request)));
      ASSERT_TRUE(again.ok()) << again.status().message();
      EXPECT_EQ(again->operation, operation);
      if (operation != Operation::kBackfill) continue;
      EXPECT_EQ(again->paths, request.paths);
      EXPECT_EQ(again->accepted, request.accepted);
      EXPECT_EQ(again->untrusted, untrusted);
    }
  }
}

TEST(ControlMessage, RequestsThatAreNone) {
  const std::string backfill = R"({"op":"backfill",)";
  const std::string policy = R"(,"accepted":16,"untrusted":0})";
  std::vector<std::string> bad = {
      "", " ", "{", "null", "[]", "\"op\"", "1", "{}", "{\"op\":\"tap\"", "{\"op\":\"tap\"}}",
      "{\"op\":\"tap\"} {\"op\":\"tap\"}", "{op:tap}", "{'op':'tap'}", "{\"op\":\"Tap\"}",
      "{\"op\":\"tap \"}", "{\"op\":1}", "{\"op\":null}", "{\"op\":[\"tap\"]}", "{\"OP\":\"tap\"}",
      "GET / HTTP/1.1", std::string("\0", 1), "\xff\xff",
      // Backfills.
      backfill + R"("accepted":16,"untrusted":0})", backfill + R"("paths":[])" + policy,
      backfill + R"("paths":"/a")" + policy, backfill + R"("paths":{"a":"/a"})" + policy,
      backfill + R"("paths":[1])" + policy, backfill + R"("paths":[""])" + policy,
      backfill + R"("paths":["a"])" + policy, backfill + R"("paths":["-"])" + policy,
      backfill + R"("paths":["../a"])" + policy, backfill + R"("paths":["/a","b"])" + policy,
      backfill + R"("paths":["/a",null])" + policy, backfill + R"("paths":[["/a"]])" + policy,
      backfill + R"("paths":["/a\u0000b"])" + policy,
      backfill + R"("paths":["/a"],"accepted":0,"untrusted":0})",
      backfill + R"("paths":["/a"],"accepted":-1,"untrusted":0})",
      backfill + R"("paths":["/a"],"accepted":16.5,"untrusted":0})",
      backfill + R"("paths":["/a"],"accepted":"16","untrusted":0})",
      backfill + R"("paths":["/a"],"accepted":32768,"untrusted":0})",
      backfill + R"("paths":["/a"],"accepted":18446744073709551616,"untrusted":0})",
      backfill + R"("paths":["/a"],"accepted":16,"untrusted":3})",
      backfill + R"("paths":["/a"],"untrusted":"store"})",
      backfill + R"("paths":["/a"],"accepted":16,"untrusted":18446744073709551615})"};
  const std::string admin = R"({"op":"admin","command":"expire",)";
  for (const char* rest :
       {"", R"("options":{}})", R"("options":"x"})", R"("options":["x"]})", R"("options":[["x"]]})",
        R"("options":[["x","y","z"]]})", R"("options":[["","y"]]})", R"("options":[["x",1]]})",
        R"("options":[[null,"y"]]})", R"("options":[["x","a\u0000b"]]})",
        R"("options":[["x\u0000","a"]]})"})
    bad.push_back(rest[0] == '\0' ? R"({"op":"admin","command":"expire"})" : admin + rest);
  for (const char* name : {"", "Expire", "ex pire", "1", "../x"})
    bad.push_back(R"({"op":"admin","options":[],"command":")" + std::string(name) + "\"}");
  bad.push_back(R"({"op":"admin","options":[],"command":")" + std::string(33, 'x') + "\"}");
  bad.emplace_back(R"({"op":"admin","options":[]})");
  for (const std::string& line : bad) {
    const auto request = ParseRequest(line);
    ASSERT_FALSE(request.ok()) << line;
    EXPECT_EQ(request.status().code(), Code::kMalformed);
    EXPECT_FALSE(request.status().message().empty());
  }
}

TEST(ControlMessage, AnAdminCommandWithItsOptions) {
  Request request;
  request.operation = Operation::kAdmin;
  request.command = "expire";
  request.options = {{"older", "400d"}, {"dry-run", ""}, {"type", "A"}, {"type", "TXT"}};
  const std::string line = ToLine(request);
  EXPECT_EQ(line, R"({"op":"admin","command":"expire","options":[["older","400d"],["dry-run",""],)"
                  R"(["type","A"],["type","TXT"]]})"
                  "\n");
  request.options.assign(kMostOptions, {"bailiwick", "\"\\\n\xff\x7f"});
  const auto again = ParseRequest(Body(ToLine(request)));
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(again->operation, Operation::kAdmin);
  EXPECT_EQ(again->command, "expire");
  EXPECT_EQ(again->options, request.options);
  EXPECT_TRUE(again->paths.empty());
  request.options.emplace_back("one", "more");
  EXPECT_EQ(ParseRequest(Body(ToLine(request))).status().code(), Code::kMalformed);
}

// What a client was not told it does not say.
TEST(ControlMessage, ABackfillWithoutAWayOfItsOwn) {
  Request request;
  request.operation = Operation::kBackfill;
  request.paths = {"/a"};
  EXPECT_EQ(ToLine(request), "{\"op\":\"backfill\",\"paths\":[\"/a\"]}\n");
  const auto again = ParseRequest(Body(ToLine(request)));
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(again->accepted, std::nullopt);
  EXPECT_EQ(again->untrusted, std::nullopt);
  const auto one = ParseRequest(R"({"op":"backfill","paths":["/a"],"untrusted":1})");
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one->accepted, std::nullopt);
  EXPECT_EQ(one->untrusted, source::Untrusted::kStore);
}

// Of unknown members nothing is said: a newer client may have more to tell.
TEST(ControlMessage, WhatIsNotKnownIsPassedOver) {
  EXPECT_TRUE(ParseRequest(R"({"later":{"a":[1,{}]},"op":"status"})").ok());
  EXPECT_TRUE(ParseReply(R"({"later":1,"ok":true})").ok());
}

TEST(ControlMessage, DeepAndLongLinesCostNothing) {
  const std::size_t deep = kLongestLine / 2;
  EXPECT_FALSE(ParseRequest(std::string(deep, '[')).ok());
  EXPECT_FALSE(ParseRequest(std::string(deep, '[') + std::string(deep, ']')).ok());
  const auto nested = [](std::size_t depth) {
    return R"({"op":"status","x":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') +
           "}";
  };
  EXPECT_TRUE(ParseRequest(nested(64)).ok());
  EXPECT_FALSE(ParseRequest(nested(65)).ok());
  EXPECT_FALSE(ParseRequest(nested(deep - 50)).ok());
  std::string longest = R"({"op":"status"})";
  longest.resize(kLongestLine, ' ');
  EXPECT_TRUE(ParseRequest(longest).ok());
  EXPECT_FALSE(ParseRequest(longest + " ").ok());
}

TEST(ControlMessage, RepliesComeBack) {
  Reply progress;
  progress.progress = ProgressMade{~std::uint64_t{0}, 1, 0};
  EXPECT_EQ(
      ToLine(progress),
      "{\"progress\":{\"bytes_total\":18446744073709551615,\"bytes_done\":1,\"frames\":0}}\n");
  const Reply same = Parsed(Body(ToLine(progress)));
  ASSERT_TRUE(same.progress.has_value());
  EXPECT_EQ(same.progress->bytes_total, ~std::uint64_t{0});
  EXPECT_EQ(same.progress->bytes_done, 1U);
  EXPECT_FALSE(same.report.has_value());
  EXPECT_TRUE(same.error.ok());

  Reply report;
  report.report = Reply::Report{1, "two\nlines\n\xff", R"({"frames":1})", true};
  const Reply again = Parsed(Body(ToLine(report)));
  ASSERT_TRUE(again.report.has_value());
  EXPECT_EQ(again.report->exit_code, 1);
  EXPECT_EQ(again.report->text, report.report->text);
  EXPECT_EQ(again.report->json, report.report->json);
  EXPECT_TRUE(again.report->again);

  const Reply nothing = Parsed(Body(ToLine(Reply())));
  EXPECT_FALSE(nothing.progress.has_value() || nothing.report.has_value());
  EXPECT_TRUE(nothing.error.ok());
}

TEST(ControlMessage, ErrorsKeepTheirExitCode) {
  for (const Code code :
       {Code::kUsage, Code::kNoInput, Code::kIo, Code::kCorrupt, Code::kMalformed}) {
    Reply reply;
    reply.error = Status(code, "a \"sentence\"");
    const Reply again = Parsed(Body(ToLine(reply)));
    EXPECT_EQ(ExitCode(again.error.code()), ExitCode(code));
    EXPECT_EQ(again.error.message(), "a \"sentence\"");
  }
}

// The exit code of an I/O error, and yet another thing: who is told so may wait.
TEST(ControlMessage, BusyStaysBusy) {
  Reply reply;
  reply.error = Status::Busy("8 are at work");
  EXPECT_EQ(Parsed(Body(ToLine(reply))).error.code(), Code::kBusy);
  EXPECT_EQ(Parsed(R"({"error":"x","code":74,"busy":false})").error.code(), Code::kIo);
  EXPECT_EQ(Parsed(R"({"error":"x","code":64,"busy":1})").error.code(), Code::kUsage);
}

// Thousands of files, each named.
TEST(ControlMessage, AReportMayBeLongerThanARequest) {
  Reply reply;
  reply.report = Reply::Report{0, "", std::string(5 * kLongestLine, 'x'), false};
  EXPECT_EQ(Parsed(Body(ToLine(reply))).report->json.size(), 5 * kLongestLine);
}

// An error stays one whatever its code says, and no exit code leaves its range.
TEST(ControlMessage, RepliesThatLie) {
  for (const char* code : {"0", "-1", "1e9", "\"64\"", "null", "18446744073709551615"}) {
    const Reply reply = Parsed(std::string(R"({"error":"x","code":)") + code + "}");
    EXPECT_EQ(reply.error.code(), Code::kIo) << code;
  }
  EXPECT_FALSE(Parsed(R"({"error":null})").error.ok());
  EXPECT_EQ(Parsed(R"({"report":"","exit":257})").report->exit_code, 1);
  EXPECT_EQ(Parsed(R"({"report":"","exit":-1})").report->exit_code, 0);
  EXPECT_EQ(Parsed(R"({"report":7,"text":[],"again":1})").report->json, "");
  EXPECT_FALSE(Parsed(R"({"report":7,"text":[],"again":1})").report->again);
  EXPECT_EQ(Parsed(R"({"progress":{"frames":"many"}})").progress->frames, 0U);
  for (const char* bad : {"", "{}", "[]", "{\"progress\":1}", "{\"ok\":true", "\xff", "{} {}"}) {
    const auto reply = ParseReply(bad);
    ASSERT_FALSE(reply.ok()) << bad;
    EXPECT_EQ(reply.status().code(), Code::kMalformed);
  }
}

}  // namespace
}  // namespace pdns::control
