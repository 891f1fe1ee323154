#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "base/bytes.h"

namespace pdns {

void StartLog(std::string_view program, bool verbose, bool colour) {
  const auto mode = colour && std::getenv("NO_COLOR") == nullptr ? spdlog::color_mode::automatic
                                                                 : spdlog::color_mode::never;
  auto logger = std::make_shared<spdlog::logger>(
      std::string(program), std::make_shared<spdlog::sinks::stderr_color_sink_mt>(mode));
  logger->set_pattern("%n: %^%l%$: %v");
  logger->set_level(verbose ? spdlog::level::debug : spdlog::level::info);
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

void LogDetail(std::string_view line) { spdlog::debug("{}", Printable(line)); }
void LogInfo(std::string_view line) { spdlog::info("{}", Printable(line)); }
void LogWarning(std::string_view line) { spdlog::warn("{}", Printable(line)); }
void LogError(std::string_view line) { spdlog::error("{}", Printable(line)); }

}  // namespace pdns
