#include "query/request.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "ask/indicator.h"
#include "ask/when.h"

namespace pdns::query {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds kNow(seconds(1795372931));

Asking Name(const std::string& text) { return {text, *ask::AskName(text)}; }

std::shared_ptr<const ask::List> ListOf(const std::string& lines) {
  std::istringstream text(lines);
  auto list = ask::ReadList(text, [](const std::string&, std::string_view, const Status&) {});
  EXPECT_TRUE(list.ok());
  return std::make_shared<const ask::List>(std::move(*list));
}

// Sets one field, each in one of the ways that people have.
using Setting = std::function<void(Request&)>;

std::vector<Setting> FilterSettings() {
  return {
      [](Request& one) { ASSERT_TRUE(one.filter.types.Add("A,MX").ok()); },
      [](Request& one) { one.filter.first.from = kNow; },
      [](Request& one) { one.filter.first.to = kNow; },
      [](Request& one) { one.filter.last.from = kNow; },
      [](Request& one) { one.filter.last.to = kNow; },
      [](Request& one) { one.filter.last.from_ago = seconds(7); },
      [](Request& one) { one.filter.min_count = 2; },
      [](Request& one) { one.filter.max_count = 5; },
      [](Request& one) {
        const auto day = std::chrono::floor<std::chrono::days>(kNow);
        one.filter.active = DaySpan{day, day};
      },
      [](Request& one) { one.filter.bailiwicks.push_back(*ask::NamePattern::Parse("org")); },
      [](Request& one) { ASSERT_TRUE(one.filter.Exclude("*.blah.org").ok()); },
      [](Request& one) { ASSERT_TRUE(one.filter.Exclude("10.0.0.0/8").ok()); },
      [](Request& one) {
        one.sensors = {"ns1", "ns2"};
      },
  };
}

std::vector<Setting> Settings() {
  std::vector<Setting> settings = FilterSettings();
  const std::vector<Setting> others{
      [](Request& one) { one.questions.push_back(Name("www.blah.org")); },
      [](Request& one) { one.list = ListOf("a.org\nb.org\n"); },
      [](Request& one) { one.trust = store::Trust::kQuarantined; },
      [](Request& one) { one.new_since = NewSince{kNow}; },
      [](Request& one) { one.pivot = PivotRequest{record::Name()}; },
      [](Request& one) {
        one.order = Order{SortBy::kLast, false};
      },
      [](Request& one) { one.show = Show::kNames; },
      [](Request& one) { one.limit = 3; },
      [](Request& one) { one.offset = 3; },
      [](Request& one) { one.cursor = "00"; },
  };
  settings.insert(settings.end(), others.begin(), others.end());
  return settings;
}

TEST(Request, EveryFieldChangesItsBytes) {
  std::set<std::string> bytes{CanonicalBytes({})};
  std::set<Sha256Digest> hashes{HashOf({})};
  for (const Setting& set : Settings()) {
    Request request;
    set(request);
    EXPECT_TRUE(bytes.insert(CanonicalBytes(request)).second);
    EXPECT_TRUE(hashes.insert(HashOf(request)).second);
  }
  // Fields of fields.
  std::vector<Request> more(8);
  more[0].order = Order{SortBy::kLast, true};
  more[1].pivot = PivotRequest{record::Name(), 3};
  more[2].pivot = PivotRequest{record::Name(), 2, 7};
  more[3].pivot = PivotRequest{record::Name(), 2, 100, seconds(1)};
  more[4].pivot = PivotRequest{ask::ParseIndicator("192.0.2.1")->block};
  more[5].list = ListOf("");
  more[6].show = Show::kValues;
  more[7].new_since = NewSince{kNow, seconds(60)};
  for (const Request& request : more) EXPECT_TRUE(bytes.insert(CanonicalBytes(request)).second);
}

// The order in which fields, and the parts of a set, are given says nothing.
TEST(Request, TheOrderOfSettingDoesNot) {
  const std::vector<Setting> settings = Settings();
  Request forward;
  for (const Setting& set : settings) set(forward);
  Request backward;
  for (auto set = settings.rbegin(); set != settings.rend(); ++set) (*set)(backward);
  EXPECT_EQ(CanonicalBytes(forward), CanonicalBytes(backward));
  EXPECT_EQ(CanonicalBytes(forward), CanonicalBytes(Request(forward)));
}

TEST(Request, SetsAreSets) {
  Request one;
  ASSERT_TRUE(one.filter.types.Add("MX,A").ok());
  ASSERT_TRUE(one.filter.types.Add("TYPE1").ok());
  one.sensors = {"b", "a", "b"};
  for (const char* text : {"b.org", "10.0.0.0/8", "a.org", "192.0.2.1", "b.org"})
    ASSERT_TRUE(one.filter.Exclude(text).ok());
  Request other;
  ASSERT_TRUE(other.filter.types.Add("A,MX").ok());
  other.sensors = {"a", "b"};
  for (const char* text : {"192.0.2.1", "A.org.", "10.0.0.0/8", "b.org"})
    ASSERT_TRUE(other.filter.Exclude(text).ok());
  EXPECT_EQ(CanonicalBytes(one), CanonicalBytes(other));
  Request any;
  ASSERT_TRUE(any.filter.types.Add("ANY,A").ok());
  Request any_alone;
  ASSERT_TRUE(any_alone.filter.types.Add("ANY").ok());
  EXPECT_EQ(CanonicalBytes(any), CanonicalBytes(any_alone));
}

// What is asked counts, not how it was typed.
TEST(Request, QuestionsByWhatTheyMean) {
  const auto bytes = [](const std::string& text, Result<ask::Question> question) {
    Request request;
    request.questions.push_back({text, *question});
    return CanonicalBytes(request);
  };
  const std::string www = bytes("www.blah.org", ask::AskName("www.blah.org"));
  EXPECT_EQ(bytes("x", ask::AskName("hxxps://WWW[.]blah.org./y")), www);
  EXPECT_EQ(bytes("x", ask::AskName("192.0.2.1")), bytes("y", ask::AskRdata("192.0.2.1/32")));
  std::set<std::string> different{
      www,
      bytes("", ask::AskName("blah.org")),
      bytes("", ask::AskName("*.blah.org")),
      bytes("", ask::AskName("+.blah.org")),
      bytes("", ask::AskName("blah.*")),
      bytes("", ask::AskName("blah.+")),
      bytes("", ask::AskName("blah*.org")),
      bytes("", ask::AskName("blah*")),
      bytes("", ask::AskRdata("blah.org")),
      bytes("", ask::AskName("bl?h.org", ask::Syntax::kGlob)),
      bytes("", ask::AskName("bl.h.org", ask::Syntax::kRegex)),
      bytes("", ask::AskRdata("bl.h.org", ask::Syntax::kRegex)),
      bytes("", ask::AskRdata("192.0.2.0/24")),
      bytes("", ask::AskRdata("192.0.2.0/25")),
      bytes("", ask::AskText("blah.org")),
      bytes("", ask::AskRaw("00")),
      bytes("", ask::AskRaw("0000")),
  };
  EXPECT_EQ(different.size(), 17U);
  Request two;
  two.questions = {Name("a.org"), Name("b.org")};
  Request turned;
  turned.questions = {Name("b.org"), Name("a.org")};
  EXPECT_NE(CanonicalBytes(two), CanonicalBytes(turned));  // the order of the answer
}

TEST(Request, AListInAnyOrder) {
  Request one;
  one.list = ListOf("a.org\n192.0.2.1\nb.org\n");
  Request other;
  other.list = ListOf("b.org\n# first\na.org\n192.0.2.1\n");
  EXPECT_EQ(CanonicalBytes(one), CanonicalBytes(other));
  other.list = ListOf("b.org\n");
  EXPECT_NE(CanonicalBytes(one), CanonicalBytes(other));
}

// "7d" is the same request tomorrow, so that a cursor of today goes on.
TEST(Request, TimesBeforeNowStayWhatTheyAre) {
  const auto since = [](const std::string& text, sys_seconds now) {
    const auto when = ask::ParseWhen(text, now);
    Request request;
    request.filter.last.from = when->first;
    request.filter.last.from_ago = when->ago;
    request.new_since = NewSince{when->first, when->ago};
    request.filter.active =
        DaySpan{std::chrono::floor<std::chrono::days>(when->first),
                std::chrono::floor<std::chrono::days>(when->last), when->ago, when->ago};
    return CanonicalBytes(request);
  };
  const sys_seconds later = kNow + std::chrono::days(3);
  EXPECT_EQ(since("7d", kNow), since("7d", later));
  EXPECT_EQ(since("now", kNow), since("now", later));
  EXPECT_EQ(since("2026-11-22", kNow), since("2026-11-22", later));
  EXPECT_NE(since("7d", kNow), since("8d", kNow));
}

TEST(Request, TheSealLeavesOutThePartAndHowRowsAreCounted) {
  Request request;
  request.questions.push_back(Name("a.org"));
  const Sha256Digest seal = AnswerHash(request);
  Request part = request;
  part.limit = 1;
  part.offset = 2;
  part.cursor = "00";
  EXPECT_EQ(AnswerHash(part), seal);
  for (const Show show : {Show::kSummary, Show::kCount}) {
    part.show = show;
    EXPECT_EQ(AnswerHash(part), seal);
  }
  for (const Show show : {Show::kNames, Show::kValues}) {
    part.show = show;
    EXPECT_NE(AnswerHash(part), seal);
  }
  for (const Setting& set : FilterSettings()) {
    Request other = request;
    set(other);
    EXPECT_NE(AnswerHash(other), seal);
  }
}

TEST(Request, WhereACursorMayGoOn) {
  Request request;
  EXPECT_TRUE(request.may_have_cursor());
  request.order = Order{};
  EXPECT_TRUE(request.may_have_cursor());
  request.show = Show::kNames;
  EXPECT_FALSE(request.may_have_cursor());
  request.order.reset();
  EXPECT_TRUE(request.may_have_cursor());
  request.new_since = NewSince{kNow};
  EXPECT_FALSE(request.may_have_cursor());
  request.show = Show::kRows;
  EXPECT_TRUE(request.may_have_cursor());
  request = {};
  request.pivot = PivotRequest{record::Name()};
  EXPECT_FALSE(request.may_have_cursor());
}

TEST(Request, WhatGoesTogetherNowhere) {
  const auto refused = [](const Setting& set) {
    Request request;
    request.questions.push_back(Name("a.org"));
    EXPECT_TRUE(CheckRequest(request).ok());
    set(request);
    return CheckRequest(request).code() == Code::kUsage;
  };
  const auto new_rows = [](Request& one) { one.new_since = NewSince{kNow}; };
  const auto pivot = [](Request& one) { one.pivot = PivotRequest{record::Name()}; };
  EXPECT_FALSE(refused(new_rows));
  EXPECT_FALSE(refused(pivot));
  for (const Setting& kind : {Setting(new_rows), Setting(pivot)}) {
    EXPECT_TRUE(refused([&](Request& one) {
      kind(one);
      one.trust = store::Trust::kQuarantined;
    }));
    EXPECT_TRUE(refused([&](Request& one) {
      kind(one);
      one.order = Order{};
    }));
  }
  EXPECT_TRUE(refused([&](Request& one) {
    new_rows(one);
    pivot(one);
  }));
  EXPECT_TRUE(refused([&](Request& one) {
    pivot(one);
    one.show = Show::kHits;
  }));
  EXPECT_TRUE(refused([](Request& one) { one.show = Show::kGraph; }));
  EXPECT_TRUE(refused([](Request& one) {
    one.filter.min_count = 2;
    one.filter.max_count = 1;
  }));
  for (const Show show : {Show::kHits, Show::kGraph}) {
    EXPECT_TRUE(refused([&](Request& one) {
      if (show == Show::kGraph) pivot(one);
      one.show = show;
      one.limit = 1;
    }));
  }
  EXPECT_TRUE(refused([](Request& one) { one.questions.clear(); }));
  EXPECT_TRUE(refused([&](Request& one) {
    new_rows(one);
    one.questions.clear();
    one.show = Show::kHits;
  }));
  EXPECT_TRUE(refused([&](Request& one) {
    pivot(one);
    one.cursor = "00";
  }));
}

}  // namespace
}  // namespace pdns::query
