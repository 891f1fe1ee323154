#include "frame/stream_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>

#include "frame/control.h"
#include "frame/reader.h"
#include "frame/splitter.h"
#include "unit/support/file_limit.h"
#include "unit/support/frame_stream.h"
#include "unit/support/inputs.h"
#include "unit/support/temp_dir.h"

namespace pdns::frame {
namespace {

using pdns::testing::Capture;
using pdns::testing::DataFrame;
using pdns::testing::FileLimit;
using pdns::testing::MemoryInput;
using pdns::testing::OpenCapture;
using pdns::testing::ReadFile;
using pdns::testing::TempDir;

std::unique_ptr<StreamWriter> Create(const std::string& path) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  EXPECT_GE(fd, 0);
  return std::make_unique<StreamWriter>(fd);
}

std::string Start() { return EncodeControl(ControlType::kStart); }

TEST(StreamWriter, FramesAreThoseOfTheFormat) {
  const std::vector<std::string> payloads{"a", std::string(300, 'b'), std::string(70'000, '\0')};
  TempDir dir;
  const auto writer = Create(dir / "x");
  std::string bytes = Start();
  for (const std::string& payload : payloads) AppendFrame(bytes, AsBytes(payload));
  bytes += EncodeControl(ControlType::kStop);
  ASSERT_TRUE(writer->Write(AsBytes(bytes)).ok());
  ASSERT_TRUE(writer->Sync().ok());
  EXPECT_EQ(ReadFile(dir / "x"), Capture(payloads));
  EXPECT_EQ(writer->frames(), payloads.size());
  EXPECT_EQ(writer->position(), Capture(payloads).size());
}

TEST(StreamWriter, TheReaderFindsEachFrameWhereItWasWritten) {
  TempDir dir;
  const auto writer = Create(dir / "x");
  ASSERT_TRUE(writer->Write(AsBytes(Start())).ok());
  std::vector<std::uint64_t> positions;
  for (std::size_t length = 1; length <= kMaxFrameLength; length = length * 3 + 1) {
    std::string bytes;
    AppendFrame(bytes, AsBytes(std::string(length, 'x')));
    ASSERT_TRUE(writer->Write(AsBytes(bytes)).ok());
    positions.push_back(writer->position());
  }
  Reader reader(std::make_unique<MemoryInput>(ReadFile(dir / "x"), 1000));
  for (const std::uint64_t position : positions) {
    ASSERT_TRUE(reader.Next().has_value());
    EXPECT_EQ(reader.position(), position);
  }
  EXPECT_FALSE(reader.Next().has_value());
  EXPECT_EQ(reader.end(), End::kCut);
  EXPECT_EQ(writer->frames(), positions.size());
}

TEST(StreamWriter, APipeIsWrittenToAndHasNothingToSync) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  {
    StreamWriter writer(ends[1]);
    ASSERT_TRUE(writer.Write(AsBytes(OpenCapture({"abc"}))).ok());
    EXPECT_TRUE(writer.Sync().ok());
  }
  std::string got(100, '\0');
  got.resize(static_cast<std::size_t>(read(ends[0], got.data(), got.size())));
  EXPECT_EQ(got, OpenCapture({"abc"}));
  close(ends[0]);
}

// Wherever the disk ends, what stays is whole frames, and they are counted.
TEST(StreamWriter, AfterAFailedWriteTheFileIsCutBackToItsLastWholeFrame) {
  const std::vector<std::string> payloads{"first", "second", "the third", "4"};
  const std::string second = DataFrame("second") + DataFrame("the third") + DataFrame("4");
  const std::string first = OpenCapture({"first"});
  for (std::size_t room = 0; room < second.size(); ++room) {
    TempDir dir;
    const auto writer = Create(dir / "x");
    ASSERT_TRUE(writer->Write(AsBytes(first)).ok());
    Status written;
    {
      const FileLimit limit(first.size() + room);
      written = writer->Write(AsBytes(second));
    }
    ASSERT_EQ(written.code(), Code::kIo) << room;
    EXPECT_EQ(std::filesystem::file_size(dir / "x"), first.size() + room);
    ASSERT_TRUE(writer->CutBack().ok());
    std::vector<std::string> kept = payloads;
    while (OpenCapture(kept).size() > first.size() + room) kept.pop_back();
    EXPECT_EQ(ReadFile(dir / "x"), OpenCapture(kept)) << room;
    EXPECT_EQ(writer->frames(), kept.size());
    EXPECT_EQ(writer->position(), OpenCapture(kept).size());
  }
}

TEST(StreamWriter, StartThatIsCutOffLeavesAnEmptyFile) {
  TempDir dir;
  const auto writer = Create(dir / "x");
  Status written;
  {
    const FileLimit limit(6);
    written = writer->Write(AsBytes(OpenCapture({"a"})));
  }
  EXPECT_EQ(written.code(), Code::kIo);
  ASSERT_TRUE(writer->CutBack().ok());
  EXPECT_EQ(ReadFile(dir / "x"), "");
  EXPECT_EQ(writer->frames(), 0U);
  EXPECT_EQ(writer->position(), 0U);
}

TEST(StreamWriter, ADescriptorThatCannotBeWrittenToIsIo) {
  TempDir dir;
  pdns::testing::WriteFile(dir / "x", "");
  StreamWriter writer(open((dir / "x").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(writer.Write(AsBytes(Start())).code(), Code::kIo);
  EXPECT_EQ(writer.position(), 0U);
}

}  // namespace
}  // namespace pdns::frame
