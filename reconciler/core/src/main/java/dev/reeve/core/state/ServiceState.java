package dev.reeve.core.state;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Service;
import dev.reeve.core.paged.PagedMap;
import dev.reeve.core.protocol.Routing.Endpoint;
import dev.reeve.core.protocol.Routing.ServiceRoute;
import java.util.ArrayList;
import java.util.List;

/// One Service: what it is, and who serves it.
///
/// @param desired as the repository has it
/// @param given the same, at the address and with the ports that it was given
/// @param parts who serves it, by workload; a workload of which no pod does is not among them
/// @param version of the routing in which this last changed
public record ServiceState(
    Service desired, Service given, PagedMap<ObjectKey, List<Endpoint>> parts, long version) {

  public ObjectKey key() {
    return given.key();
  }

  public List<Endpoint> endpoints() {
    var all = new ArrayList<Endpoint>();
    parts.values().forEach(all::addAll);
    return all;
  }

  /// Without those that only an Ingress leads to.
  public List<Endpoint> serving() {
    return route().serving();
  }

  public ServiceRoute route() {
    return new ServiceRoute(given, endpoints());
  }
}
