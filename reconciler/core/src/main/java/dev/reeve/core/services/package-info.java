/// Services: their addresses, and who serves them with which share.
@NullMarked
package dev.reeve.core.services;

import org.jspecify.annotations.NullMarked;
