// What one ingester leaves to the next: sockets and peers -> [HandOver] -> named descriptors, and
// back.
//
// They travel by a re-exec or through systemd's descriptor store (net/handed.h). Those that we name
// begin with kOurs; the memory file kState says what each of them is. Others come from socket
// units. State that cannot be read costs its connections, which resolvers make anew, never the
// start.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "frame/listen/listener.h"
#include "net/endpoint.h"
#include "net/handed.h"

namespace pdns::ingest {

inline constexpr std::string_view kOurs = "pdns-handed-";

struct HandOver {
  std::vector<net::ListeningSocket> sockets;
  std::vector<frame::HandedPeer> peers;
  std::optional<std::string> configuration;  // the text that the process before served by
};

// kIo: the memory file cannot be made, and everything is closed.
Result<std::vector<net::Handed>> Pack(HandOver hand_over);

// Says in the log what could not be taken over.
HandOver Unpack(std::vector<net::Handed> handed);

// The configuration alone, without taking anything.
std::optional<std::string> ConfigurationOf(const std::vector<net::Handed>& handed);

// The state file's bytes, which nobody but this program should write: names of descriptors, and
// what they are. Format: u8 version 1; then entries: u8 kind, u16 and name, u16 and text, u32 and
// state (network order).
struct HandedEntry {
  enum class Kind : std::uint8_t { kSocket = 1, kOwnedSocket = 2, kPeer = 3, kConfiguration = 4 };
  Kind kind = Kind::kSocket;
  std::string name;   // of the descriptor
  std::string text;   // the socket's name: a path, or an address with its port
  std::string state;  // of a peer; the configuration
};
std::string EncodeHanded(const std::vector<HandedEntry>& entries);
Result<std::vector<HandedEntry>> DecodeHanded(Bytes bytes);

}  // namespace pdns::ingest
