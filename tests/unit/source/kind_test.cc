// What a stream is recognized by, and how it is read from its beginning once more.
#include "source/kind.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "unit/support/frame_stream.h"
#include "unit/support/inputs.h"
#include "unit/support/payloads.h"

namespace pdns::source {
namespace {

using pdns::testing::Capture;
using pdns::testing::MemoryInput;
using pdns::testing::NumberedPayloads;

TEST(Kind, NamesAndOutcomesAreTold) {
  std::set<std::string_view> names;
  std::set<record::FrameOutcome> of_all;
  for (const Kind& kind : Kinds()) {
    EXPECT_TRUE(names.insert(kind.name).second);
    const std::set<record::FrameOutcome> outcomes(kind.outcomes.begin(), kind.outcomes.end());
    EXPECT_EQ(outcomes.size(), kind.outcomes.size());
    EXPECT_EQ(outcomes.count(record::FrameOutcome::kUsed), 1U);
    of_all.insert(outcomes.begin(), outcomes.end());
  }
  EXPECT_EQ(Dnstap().name, "dnstap");
  EXPECT_EQ(of_all.size(), record::kFrameOutcomes);  // none that no kind has
}

TEST(Kind, RecognizedFromAnyPieces) {
  const auto payloads = NumberedPayloads("n", 20);
  const std::string capture = Capture(payloads);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{5}, capture.size()}) {
    const OpenedSource opened = OpenReader(std::make_unique<MemoryInput>(capture, piece));
    EXPECT_EQ(opened.kind, &Dnstap());
    std::vector<std::string> read;
    std::uint64_t at = 0;
    while (const auto record = opened.reader->Next()) {
      read.emplace_back(AsText(*record));
      EXPECT_GT(opened.reader->position(), at);
      at = opened.reader->position();
    }
    EXPECT_EQ(read, payloads);
    EXPECT_EQ(opened.reader->end(), End::kStop);
    EXPECT_EQ(opened.reader->input().consumed(), capture.size());
    EXPECT_FALSE(opened.reader->input().reopenable());
  }
}

TEST(Kind, SkipsOverWhatWasLookedAt) {
  const auto payloads = NumberedPayloads("n", 20);
  const std::string capture = Capture(payloads);
  const OpenedSource whole = OpenReader(std::make_unique<MemoryInput>(capture, 7));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(whole.reader->Next().has_value());
  const OpenedSource other = OpenReader(std::make_unique<MemoryInput>(capture, 7));
  ASSERT_TRUE(other.reader->Next().has_value());
  ASSERT_TRUE(other.reader->SkipTo(whole.reader->position()));
  const auto next = other.reader->Next();
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(AsText(*next), payloads[10]);
  EXPECT_TRUE(other.reader->PassRest().ok());
}

TEST(Kind, WhatNoKindKnowsIsForeign) {
  for (const std::string& bytes :
       {std::string("#separator x"), std::string("{}"), std::string(40, 'x')}) {
    EXPECT_FALSE(IsOfAnyKind(bytes));
    const OpenedSource opened = OpenReader(std::make_unique<MemoryInput>(bytes, 3));
    EXPECT_FALSE(opened.reader->Next().has_value());
    EXPECT_NE(opened.reader->end(), End::kStop) << bytes;
    EXPECT_FALSE(opened.reader->reason().empty());
  }
}

TEST(Kind, AFailureWhileItIsLookedAt) {
  const std::string capture = Capture({"one"});
  for (std::size_t size = 0; size < capture.size(); ++size) {
    const OpenedSource opened = OpenReader(
        std::make_unique<MemoryInput>(capture.substr(0, size), 2, Status::Io("the disk is gone")));
    while (opened.reader->Next().has_value()) {
    }
    EXPECT_EQ(opened.reader->end(), End::kFailed) << size;
    EXPECT_EQ(opened.reader->reason(), "the disk is gone");
  }
}

}  // namespace
}  // namespace pdns::source
