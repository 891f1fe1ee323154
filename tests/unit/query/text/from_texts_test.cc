#include "query/text/from_texts.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace pdns::query {
namespace {

constexpr std::chrono::sys_seconds kNow(std::chrono::seconds(1795372931));  // 2026-11-22T18:42:11Z

using Pairs = std::vector<std::pair<std::string, std::string>>;

Result<ReadRequest> Read(const Pairs& pairs, TextReading how = {}) {
  NamedTexts texts;
  for (const auto& [name, text] : pairs) texts.Add(name, text);
  how.now = kNow;
  return RequestFromTexts(texts, how);
}

std::string ErrorOf(const Pairs& pairs, TextReading how = {}) {
  const auto read = Read(pairs, how);
  if (read.ok()) return "no error";
  EXPECT_EQ(read.status().code(), Code::kUsage);
  return read.status().message();
}

TEST(FromTexts, QuestionsComeByKindInTheirOrder) {
  const auto read = Read({{"raw", "00"},
                          {"q", "b.org"},
                          {"text", "v=spf1"},
                          {"q", "a.org"},
                          {"ptr", "192.0.2.1"},
                          {"rdata", "192.0.2.0/24"}});
  ASSERT_TRUE(read.ok());
  std::string order;
  for (const Asking& asking : read->request.questions) order += asking.text + " ";
  EXPECT_EQ(order, "b.org a.org 192.0.2.0/24 192.0.2.1 v=spf1 00 ");
}

TEST(FromTexts, NothingAskedIsAnErrorButForTheJournalAndALists) {
  EXPECT_EQ(ErrorOf({}, {.ask_something = "ask!"}), "ask!");
  EXPECT_TRUE(Read({{"new-since", "1h"}}).ok());
  EXPECT_EQ(ErrorOf({{"new-since", "1h"}}, {.show = Show::kHits, .ask_something = "ask!"}), "ask!");
  EXPECT_TRUE(Read({}, {.list = true}).ok());
}

TEST(FromTexts, ErrorsHaveTheMarkBeforeEachName) {
  const Pairs within{{"q", "a.org"}, {"within", ""}};
  EXPECT_EQ(ErrorOf(within), "within goes with since, until or both");
  EXPECT_EQ(ErrorOf(within, {.mark = "--"}), "--within goes with --since, --until or both");
  EXPECT_EQ(ErrorOf({{"q", "a.org"}, {"reverse", ""}}), "reverse goes with sort");
  EXPECT_EQ(ErrorOf({{"q", "a.org"}, {"pivot", "11"}}, {.depth = "depth"}),
            "depth: give 1 to 10 steps");
  EXPECT_EQ(ErrorOf({{"q", "a.org"}, {"pivot", "x"}}, {.mark = "--"}),
            "--pivot: give 1 to 10 steps");
}

TEST(FromTexts, NumbersAreFromZeroToTheLargestSignedOne) {
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "x", "0x1", "1e3", "9223372036854775808",
                           "18446744073709551616"}) {
    EXPECT_EQ(ErrorOf({{"q", "a.org"}, {"limit", text}}), "limit: give a number from 0 on") << text;
  }
  const auto read =
      Read({{"q", "a.org"}, {"limit", "9223372036854775807"}, {"offset", "0"}, {"min-count", "7"}});
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->request.limit, 9223372036854775807U);
  EXPECT_EQ(read->request.filter.min_count, 7U);
}

TEST(FromTexts, TheSameQuestionHasTheSameBytesHoweverItsTimeIsWritten) {
  const auto ago = Read({{"q", "a.org"}, {"first-after", "2026-11-22T18:41:11Z"}});
  const auto seconds = Read({{"q", "A.ORG."}, {"first-after", "1795372871"}});
  ASSERT_TRUE(ago.ok() && seconds.ok());
  EXPECT_EQ(CanonicalBytes(ago->request), CanonicalBytes(seconds->request));
}

TEST(FromTexts, ATimeThatMightBeMeantOtherwiseIsANotice) {
  const auto read = Read({{"q", "a.org"}, {"since", "20261122"}});
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->notices.size(), 1U);
  EXPECT_TRUE(read->notices[0].starts_with("since: 20261122 is read as "));
}

// One notice, or none.
std::string NoticeOf(const Pairs& pairs) {
  const auto read = Read(pairs, {.mark = "--"});
  EXPECT_TRUE(read.ok());
  if (!read.ok() || read->notices.empty()) return {};
  EXPECT_EQ(read->notices.size(), 1U);
  return read->notices[0];
}

TEST(FromTexts, SecondsThatMayBeASlipAreANotice) {
  for (const char* name : {"since", "until", "at", "active-on", "first-after", "first-before",
                           "last-after", "last-before", "new-since"}) {
    EXPECT_EQ(NoticeOf({{"q", "a.org"}, {name, "179537287"}}),
              std::string("--") + name +
                  ": 179537287 is seconds since 1970 and read as 1975-09-09T23:28:07Z, before "
                  "2012, when there was no dnstap");
    EXPECT_EQ(NoticeOf({{"q", "a.org"}, {name, "@17953728760"}}),
              std::string("--") + name +
                  ": @17953728760 is seconds since 1970 and read as 2538-12-06T18:52:40Z, yet to "
                  "come");
    EXPECT_EQ(NoticeOf({{"q", "a.org"}, {name, "1795372876"}}), "") << name;
  }
  EXPECT_TRUE(NoticeOf({{"q", "a.org"}, {"active-between", "179537287,2026-11-24"}})
                  .starts_with("--active-between: 179537287 is seconds since 1970"));
  EXPECT_EQ(NoticeOf({{"q", "a.org"}, {"since", "0"}}), "");
}

// A year that was mistyped: the bound leaves nothing.
TEST(FromTexts, ADateThatLeavesNothingIsANotice) {
  for (const char* name : {"since", "first-after", "last-after", "new-since", "at", "active-on"})
    EXPECT_EQ(NoticeOf({{"q", "a.org"}, {name, "2062-11-22"}}),
              std::string("--") + name + ": '2062-11-22' is yet to come");
  for (const char* name : {"until", "first-before", "last-before"})
    EXPECT_EQ(NoticeOf({{"q", "a.org"}, {name, "2062-11-22"}}), "") << name;
  for (const char* name : {"until", "first-before", "last-before", "at", "active-on"})
    EXPECT_EQ(NoticeOf({{"q", "a.org"}, {name, "2002-11-22"}}),
              std::string("--") + name + ": '2002-11-22' is before 2012, when there was no dnstap");
  for (const char* name : {"since", "first-after", "last-after", "new-since"})
    EXPECT_EQ(NoticeOf({{"q", "a.org"}, {name, "2002-11-22"}}), "") << name;
  EXPECT_EQ(NoticeOf({{"q", "a.org"}, {"since", "2026-11-23"}}), "");
  EXPECT_EQ(NoticeOf({{"q", "a.org"}, {"until", "20y"}}), "");
}

TEST(FromTexts, WhereRowsAreRemovedSecondsThatMayBeASlipAreRefused) {
  for (const char* text : {"179537287", "@17953728760", "17953728760"}) {
    EXPECT_NE(ErrorOf({{"q", "a.org"}, {"last-before", text}}, {.refuse_odd_times = true})
                  .find("if that is meant, give the date"),
              std::string::npos)
        << text;
  }
  for (const char* text : {"1795372876", "0", "2062-11-22", "20261122", "20y"})
    EXPECT_TRUE(Read({{"q", "a.org"}, {"last-before", text}}, {.refuse_odd_times = true}).ok());
}

TEST(FromTexts, APivotBeginsAtOneNameOrOneAddress) {
  EXPECT_TRUE(Read({{"q", "a.org"}, {"pivot", "2"}}).ok());
  EXPECT_TRUE(Read({{"q", "192.0.2.1"}, {"pivot", "2"}}).ok());
  for (const char* text : {"*.a.org", "192.0.2.0/24"}) {
    EXPECT_EQ(ErrorOf({{"q", text}, {"pivot", "2"}}), "pivot begins at one name or one address");
  }
  EXPECT_EQ(ErrorOf({{"q", "a.org"}, {"pivot", "2"}, {"sort", "first"}}),
            "pivot does not go with sort, quarantined or hits");
}

TEST(FromTexts, ACursorNeedsAnOrderThatIsKept) {
  EXPECT_EQ(ErrorOf({{"q", "a.org"}, {"pivot", "1"}, {"cursor", "00"}}),
            "cursor goes neither with pivot nor with names or values in an order of your choice; "
            "take offset");
}

}  // namespace
}  // namespace pdns::query
