/// How Git servers knock: signatures and payloads, one small type for each provider. No HTTP here.
@NullMarked
package dev.reeve.server.web.hooks;

import org.jspecify.annotations.NullMarked;
