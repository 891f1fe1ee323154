#include "ingest/report.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <string>
#include <vector>

namespace pdns::ingest {
namespace {

using record::FrameOutcome;
using record::RecordOutcome;

void Count(record::Counters& counters, FrameOutcome outcome, unsigned times, std::size_t type = 0) {
  for (unsigned i = 0; i < times; ++i) {
    counters.Count(outcome);
    if (outcome == FrameOutcome::kSkipped) ++counters.skipped[type];
  }
}

void Count(record::Counters& counters, RecordOutcome outcome, unsigned times) {
  for (unsigned i = 0; i < times; ++i) counters.Count(outcome);
}

RunReport Example() {
  RunReport report;
  source::Report first;
  first.name = "a.dnstap";
  first.id = "00112233445566778899aabbccddeeff";
  first.state = source::State::kContinued;
  Count(first.counters, FrameOutcome::kUsed, 5);
  Count(first.counters, FrameOutcome::kSkipped, 2, 6);
  Count(first.counters, FrameOutcome::kMalformedDns, 1);
  Count(first.counters, RecordOutcome::kStored, 9);
  Count(first.counters, RecordOutcome::kOffChain, 3);
  source::Report second;
  second.name = "b.dnstap";
  second.state = source::State::kCutTail;
  second.reason = "ends inside a frame";
  Count(second.counters, FrameOutcome::kSkipped, 1, 0);
  Count(second.counters, FrameOutcome::kRcode, 4);
  Count(second.counters, RecordOutcome::kDuplicate, 7);
  report.sources = {first, second};
  report.applied = {6, 3};
  report.seconds = 2;
  return report;
}

// Strict: nothing behind it, valid UTF-8 throughout, no key twice.
rapidjson::Document Parse(const std::string& json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(json.c_str(), json.size());
  EXPECT_FALSE(document.HasParseError()) << json;
  EXPECT_EQ(json.find('\n'), std::string::npos);
  return document;
}

std::string NameInJson(const std::string& name) {
  RunReport report = Example();
  report.sources[0].name = name;
  const auto document = Parse(ReportJson(report));
  const auto& value = document["sources"][0]["name"];
  return {value.GetString(), value.GetStringLength()};
}

TEST(ReportJson, IsTheContract) {
  EXPECT_EQ(
      ReportJson(Example()),
      R"({"frames":13,"used":5,"skipped":{"UNKNOWN":1,"CLIENT_RESPONSE":2},)"
      R"("malformed":{"dns":1},"refused":{"rcode":4},"record":{"duplicate":7},)"
      R"("quarantine":{"off_chain":3},"stored":9,"tuples_new":6,"tuples_updated":3,)"
      R"("not_stored":{"kept":0,"lost":0},"sources":[{"name":"a.dnstap","id":"00112233445566778899aabbccddeeff",)"
      R"("state":"continued","frames":8},)"
      R"({"name":"b.dnstap","id":"","state":"cut_tail","frames":5}]})");
}

TEST(ReportJson, AnEmptyRunHasAllKeys) {
  EXPECT_EQ(
      ReportJson({}),
      R"({"frames":0,"used":0,"skipped":{},"malformed":{},"refused":{},"record":{},)"
      R"("quarantine":{},"stored":0,"tuples_new":0,"tuples_updated":0,"not_stored":{"kept":0,"lost":0},"sources":[]})");
}

// What was not stored is neither new nor updated.
TEST(ReportJson, ADryRunTellsNoTuples) {
  RunReport report = Example();
  report.dry_run = true;
  const auto document = Parse(ReportJson(report));
  EXPECT_TRUE(document["dry_run"].GetBool());
  EXPECT_FALSE(document.HasMember("tuples_new"));
  const std::string text = ReportText(report);
  EXPECT_NE(text.find("dry run: nothing was stored"), std::string::npos);
  EXPECT_EQ(text.find("tuples"), std::string::npos);
}

TEST(ReportJson, TheNumbersAddUpForAReader) {
  const auto document = Parse(ReportJson(Example()));
  std::uint64_t sum = document["used"].GetUint64();
  for (const char* group : {"skipped", "malformed", "refused"}) {
    for (const auto& member : document[group].GetObject()) sum += member.value.GetUint64();
  }
  EXPECT_EQ(document["frames"].GetUint64(), sum);
}

TEST(ReportJson, EveryStateHasItsName) {
  const std::vector<std::string> names{"complete", "continued",  "already_taken", "cut_tail",
                                       "corrupt",  "unreadable", "interrupted",   "vanished"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    RunReport report = Example();
    report.sources[0].state = static_cast<source::State>(i);
    EXPECT_EQ(Parse(ReportJson(report))["sources"][0]["state"].GetString(), names[i]);
    EXPECT_EQ(report.NeedsAttention(), names[i] == "corrupt" || names[i] == "unreadable");
  }
}

TEST(ReportJson, NamesThatAreText) {
  for (const std::string& name : {std::string("a \"b\" \\c\t\n\x01\x7f"),
                                  std::string("\xc3\xa4/\xe2\x82\xac/\xf0\x9f\x90\x91"),
                                  std::string("\xf4\x8f\xbf\xbf"), std::string()}) {
    EXPECT_EQ(NameInJson(name), name);
  }
}

// Each byte that begins nothing valid becomes one U+FFFD, and what stands around it stays.
TEST(ReportJson, NamesThatAreNotUtf8) {
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(NameInJson("a\xff.b"), "a" + bad + ".b");
  EXPECT_EQ(NameInJson("\x80\xbf"), bad + bad);
  EXPECT_EQ(NameInJson("cut\xe2\x82"), "cut" + bad + bad);
  EXPECT_EQ(NameInJson("cut\xf0"), "cut" + bad);
  EXPECT_EQ(NameInJson("\xc3(\xc3\xa4"), bad + "(\xc3\xa4");
  EXPECT_EQ(NameInJson("\xc0\xaf"), bad + bad);                      // overlong /
  EXPECT_EQ(NameInJson("\xe0\x80\xaf"), bad + bad + bad);            // overlong /
  EXPECT_EQ(NameInJson("\xed\xa0\x80"), bad + bad + bad);            // a surrogate
  EXPECT_EQ(NameInJson("\xf4\x90\x80\x80"), bad + bad + bad + bad);  // beyond U+10FFFF
  EXPECT_EQ(NameInJson("\xf8\x88\x80\x80\x80"), bad + bad + bad + bad + bad);
}

TEST(ReportText, NamesWhatIsNotZeroAndNothingElse) {
  const std::string text = ReportText(Example());
  for (const char* word :
       {"2 sources", "a.dnstap", "continued", "b.dnstap", "cut_tail", "ends inside a frame",
        "skipped.CLIENT_RESPONSE", "skipped.UNKNOWN", "malformed.dns", "refused.rcode",
        "record.duplicate", "quarantine.off_chain", "records stored", "tuples new"}) {
    EXPECT_NE(text.find(word), std::string::npos) << word << "\n" << text;
  }
  for (const char* word :
       {"malformed.frame", "refused.no_time", "record.class", "out_of_bailiwick", "CLIENT_QUERY"}) {
    EXPECT_EQ(text.find(word), std::string::npos) << word << "\n" << text;
  }
}

TEST(ReportText, AnyNameAndNoTimeAtAll) {
  RunReport report = Example();
  report.sources[0].name = "\xff\xfe\x80 {} %s";
  report.sources[1].name = std::string(5000, 'x');
  report.seconds = 0;
  const std::string text = ReportText(report);
  EXPECT_NE(text.find("{} %s"), std::string::npos);
  EXPECT_EQ(text.find("inf"), std::string::npos);
  EXPECT_EQ(text.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace pdns::ingest
