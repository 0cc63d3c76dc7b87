/// The node's mind: what to do with which container, when. Pure: events in, effects out.
@NullMarked
package dev.reeve.agent.mind;

import org.jspecify.annotations.NullMarked;
