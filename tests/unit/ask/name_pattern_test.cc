#include "ask/name_pattern.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "dns/text.h"
#include "record/tuple_key.h"

namespace pdns::ask {
namespace {

using Labels = std::vector<std::string>;  // of a name, in the order of its text
using Judge = std::function<bool(const Labels&)>;

record::Name Name(std::string_view text) { return *dns::NameFromText(text); }

record::Name NameOf(const Labels& labels) {
  std::string wire;
  for (const std::string& label : labels) wire += static_cast<char>(label.size()) + label;
  wire.push_back('\0');
  return *record::Name::FromWire(AsBytes(wire));
}

std::string Ordered(const record::Name& name) {
  std::string ordered;
  record::AppendOrderedName(ordered, name.wire());
  return ordered;
}

// Text in which every byte is escaped.
std::string Escaped(const Labels& labels) {
  std::string text;
  for (const std::string& label : labels) {
    for (const char c : label) {
      const auto byte = static_cast<unsigned>(static_cast<std::uint8_t>(c));
      text += "\\0" + std::to_string(byte / 10) + std::to_string(byte % 10);
      if (byte >= 100) text.replace(text.size() - 4, 4, std::to_string(byte));
    }
    text.push_back('.');
  }
  return text;
}

class Random {
 public:
  std::size_t Below(std::size_t bound) { return engine_() % bound; }

  Labels Name(std::size_t most) {
    Labels labels(Below(most + 1));
    for (std::string& label : labels) {
      constexpr std::string_view kAlphabet{"\0\1ab.p", 6};
      label.resize(1 + Below(2));
      for (char& c : label) c = kAlphabet[Below(kAlphabet.size())];
    }
    return labels;
  }

 private:
  std::mt19937 engine_{20261122};
};

// N(name) of many names, in key order, each with two rows behind it.
class Walk : public testing::Test {
 protected:
  Walk() {
    for (int i = 0; i < 3000; ++i) {
      const Labels labels = random_.Name(4);
      names_.insert({Ordered(NameOf(labels)), labels});
    }
    for (const auto& [ordered, labels] : names_) {
      keys_.push_back(ordered + std::string("\0\1\0", 3));
      keys_.push_back(ordered + std::string("\0\1\1", 3));
    }
  }

  // What a scan of the range would take; holds jumps to what they promise.
  std::vector<std::string> Taken(const NamePattern& pattern) {
    std::vector<std::string> taken;
    std::string jump;
    auto key = std::lower_bound(keys_.begin(), keys_.end(), pattern.prefix());
    while (key != keys_.end() && key->starts_with(pattern.prefix())) {
      const store::Step step = pattern.Match(*key, jump);
      ++looked_at_;
      if (step == store::Step::kJump) {
        EXPECT_GT(jump, *key);
        EXPECT_TRUE(jump.starts_with(pattern.prefix()));
        key = std::lower_bound(key, keys_.end(), jump);
        continue;
      }
      if (step == store::Step::kTake) taken.push_back(*key);
      ++key;
    }
    return taken;
  }

  void Expect(const std::string& text, const Judge& judge) {
    SCOPED_TRACE(text);
    const auto pattern = NamePattern::Parse(text);
    ASSERT_TRUE(pattern.ok()) << pattern.status().message();
    std::vector<std::string> expected;
    for (const auto& [ordered, labels] : names_) {
      const bool matches = judge(labels);
      EXPECT_EQ(pattern->Matches(NameOf(labels)), matches);
      if (!matches) continue;
      expected.push_back(ordered + std::string("\0\1\0", 3));
      expected.push_back(ordered + std::string("\0\1\1", 3));
    }
    found_ += expected.size();
    EXPECT_TRUE(Taken(*pattern) == expected);
  }

  Random random_;
  std::set<std::pair<std::string, Labels>> names_;
  std::vector<std::string> keys_;
  std::size_t looked_at_ = 0;
  std::size_t found_ = 0;
};

bool EndsWith(const Labels& name, const Labels& zone) {
  return name.size() >= zone.size() && std::equal(zone.rbegin(), zone.rend(), name.rbegin());
}

bool BeginsWith(const Labels& name, const Labels& labels) {
  return name.size() >= labels.size() && std::equal(labels.begin(), labels.end(), name.begin());
}

TEST_F(Walk, WildcardsInFrontAreWhatLabelsSay) {
  for (int i = 0; i < 30; ++i) {
    const Labels zone = random_.Name(2);
    const std::string text = Escaped(zone);
    Expect("*." + text, [&](const Labels& name) { return EndsWith(name, zone); });
    Expect("+." + text, [&](const Labels& name) {
      return EndsWith(name, zone) && name.size() == zone.size() + 1;
    });
    Expect(zone.empty() ? "." : text, [&](const Labels& name) { return name == zone; });
  }
  EXPECT_GT(found_, 1000U);
}

TEST_F(Walk, WildcardsBehindAreWhatLabelsSay) {
  for (int i = 0; i < 30; ++i) {
    Labels labels = random_.Name(2);
    if (labels.empty()) labels.emplace_back("a");
    const std::string text = Escaped(labels);
    Expect(text + "*", [&](const Labels& name) {
      return BeginsWith(name, labels) && name.size() > labels.size();
    });
    looked_at_ = 0;
    Expect(text + "+", [&](const Labels& name) {
      return BeginsWith(name, labels) && name.size() == labels.size() + 1;
    });
    EXPECT_LE(looked_at_, 200U);  // of 42 top-level labels, each two jumps and two rows at most
  }
  EXPECT_GT(found_, 100U);
}

TEST_F(Walk, BeginningsOfLabelsAreWhatLabelsSay) {
  for (int i = 0; i < 30; ++i) {
    Labels begin = random_.Name(1);
    if (begin.empty()) begin.emplace_back("p");
    const Labels zone = random_.Name(2);
    const auto begins = [&](const std::string& label) { return label.starts_with(begin.front()); };
    std::string text = Escaped(begin);
    text.back() = '*';
    Expect(text, [&](const Labels& name) { return std::any_of(name.begin(), name.end(), begins); });
    Expect(text + "." + Escaped(zone), [&](const Labels& name) {
      return EndsWith(name, zone) && name.size() > zone.size() &&
             begins(name[name.size() - zone.size() - 1]);
    });
  }
  EXPECT_GT(found_, 1000U);
}

struct Shape {
  std::string_view text;
  std::string prefix;
  bool exact;
  bool filters;
  bool whole;
};

TEST(NamePattern, WhatAScanNeedsToKnow) {
  const std::string blah{"org\0blah\0", 9};
  const std::string root{"\0", 1};
  for (const Shape& shape :
       std::vector<Shape>{{"Blah.ORG", blah + root, true, false, false},
                          {"blah.org.", blah + root, true, false, false},
                          {".", root, true, false, false},
                          {"\\*.blah.org", blah + std::string("*\0\0", 3), true, false, false},
                          {"a+b.blah.org", blah + std::string("a+b\0\0", 5), true, false, false},
                          {"*.blah.org", blah, false, false, false},
                          {"*", "", false, false, true},
                          {"*.", "", false, false, true},
                          {"*..", "", false, false, true},
                          {"+.blah.org", blah, false, true, false},
                          {"+", "", false, true, false},
                          {"+.", "", false, true, false},
                          {"www.example.*", "", false, true, true},
                          {"www.example.*.", "", false, true, true},
                          {"www.example.+", "", false, true, false},
                          {"Pay*.blah.org", blah + "pay", false, false, false},
                          {"pay*.", "pay", false, false, false},
                          {"pay*", "", false, true, true},
                          {"a\\.*", "", false, true, true}}) {
    SCOPED_TRACE(shape.text);
    const auto pattern = NamePattern::Parse(shape.text);
    ASSERT_TRUE(pattern.ok()) << pattern.status().message();
    EXPECT_EQ(ToHex(AsBytes(pattern->prefix())), ToHex(AsBytes(shape.prefix)));
    EXPECT_EQ(pattern->exact(), shape.exact);
    EXPECT_EQ(pattern->filters(), shape.filters);
    EXPECT_EQ(pattern->whole(), shape.whole);
  }
}

TEST(NamePattern, RefusesWhatItCannotBe) {
  for (const std::string& text :
       {std::string(), std::string(".."), std::string("a..b"), std::string("*..org"),
        std::string(64, 'a'), std::string("*.") + std::string(64, 'a'), std::string("\\999"),
        std::string("a\0b", 3), std::string(3000, 'a'), std::string(".*"), std::string("..*"),
        std::string(64, 'a') + "*", std::string("a*..org")}) {
    const auto pattern = NamePattern::Parse(text);
    EXPECT_FALSE(pattern.ok()) << text;
    EXPECT_EQ(pattern.status().code(), Code::kUsage);
  }
  for (const char* text : {"*.*", "**", "*pal.com", "pay*pal.com", "www.pay*.com", "pay*.*",
                           "www.*.com", "*.example.*", "*.example.+", "+.example.*", "+.pay*.com",
                           "pay*.example.+", "a*b*", "*a", "+.+"}) {
    const auto pattern = NamePattern::Parse(text);
    ASSERT_FALSE(pattern.ok()) << text;
    EXPECT_EQ(pattern.status().code(), Code::kUsage);
    EXPECT_NE(pattern.status().message().find(text), std::string::npos);
    EXPECT_EQ(pattern.status().remedy(), Remedy::kPattern);
  }
}

TEST(NamePattern, BytesThatAreNoNameAreSkipped) {
  std::string jump;
  for (const char* text : {"+.", "www.+", "www.*", "pay*", "+.org"}) {
    const auto pattern = NamePattern::Parse(text);
    for (const std::string& key : {std::string(), std::string("org"), std::string("org\0", 4),
                                   std::string("\0", 1), std::string("com\0\0", 5) + "x"}) {
      if (pattern->Matches(Name("com"))) continue;
      EXPECT_NE(pattern->Match(key, jump), store::Step::kTake) << text;
    }
  }
}

bool GlobMatches(std::string_view glob, std::string_view name) {
  const auto pattern = NamePattern::Glob(glob);
  EXPECT_TRUE(pattern.ok()) << glob;
  return pattern.ok() && pattern->Matches(Name(name));
}

TEST(NamePattern, GlobsNarrowByWhatIsLiteralOnTheRight) {
  const std::string example{"com\0example\0", 12};
  const std::vector<std::pair<std::string_view, std::string>> cases{
      {"*pay?.example.com", example},
      {"*.Example.COM.", example},
      {"[a-z.]x.example.com", example},
      {"*example.com", std::string("com\0", 4)},
      {"*com", ""},
      {"www.*", ""},
      {"*..com", std::string()},
      {"*\\.example.com", std::string("com\0", 4)}};
  for (const auto& [glob, prefix] : cases) {
    const auto pattern = NamePattern::Glob(glob);
    ASSERT_TRUE(pattern.ok()) << glob;
    EXPECT_EQ(ToHex(AsBytes(pattern->prefix())), ToHex(AsBytes(prefix))) << glob;
    EXPECT_TRUE(pattern->filters());
    EXPECT_EQ(pattern->whole(), prefix.empty());
  }
  const auto exact = NamePattern::Glob("Www.Blah.org");
  ASSERT_TRUE(exact.ok());
  EXPECT_TRUE(exact->exact());
  EXPECT_EQ(exact->prefix(), Ordered(Name("www.blah.org")));
}

TEST(NamePattern, GlobsMatchWithinTheirRange) {
  EXPECT_TRUE(GlobMatches("*pay?.example.com", "www.mypayx.example.com"));
  EXPECT_FALSE(GlobMatches("*pay?.example.com", "www.mypay.example.com"));
  EXPECT_TRUE(GlobMatches("*.example.com", "www.example.com"));
  EXPECT_FALSE(GlobMatches("*.example.com", "example.com"));
  EXPECT_FALSE(GlobMatches("*.example.com", "a\\.example.com"));  // that dot is of a label
  EXPECT_TRUE(GlobMatches("*\\.example.com", "a\\.example.com"));
  EXPECT_TRUE(GlobMatches("*.", "."));
  EXPECT_EQ(NamePattern::Glob("").status().code(), Code::kUsage);
  EXPECT_EQ(NamePattern::Glob("[a.com").status().code(), Code::kUsage);
}

TEST(NamePattern, RegexesLookAnywhere) {
  const auto pattern = NamePattern::Regex("PAY(pal|me)");
  ASSERT_TRUE(pattern.ok());
  EXPECT_TRUE(pattern->whole());
  std::string jump;
  const std::string row("\0\1x", 3);
  EXPECT_EQ(pattern->Match(Ordered(Name("www.paypal.com")) + row, jump), store::Step::kTake);
  EXPECT_EQ(pattern->Match(Ordered(Name("www.paypal.com")) + row, jump), store::Step::kTake);
  EXPECT_EQ(pattern->Match(Ordered(Name("www.paypa.com")) + row, jump), store::Step::kSkip);
  EXPECT_EQ(NamePattern::Regex("").status().code(), Code::kUsage);
  EXPECT_EQ(NamePattern::Regex("a(").status().code(), Code::kUsage);
}

}  // namespace
}  // namespace pdns::ask
