#pragma once

struct ares_channeldata;

namespace trawl::crawler {

class SocketDoor;

/// Has a channel of c-ares make its calls to the kernel through the door, which must outlive it.
void UseDoor(ares_channeldata* channel, SocketDoor& door);

}  // namespace trawl::crawler
