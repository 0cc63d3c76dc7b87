package dev.reeve.server.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/// Answers only those who ask for this server by a name it knows. A web page elsewhere may make its
/// own name point here; it then asks by that name, and is turned away.
final class HostGuard extends HttpFilter {
  private final transient Set<String> names;

  HostGuard(Settings settings) {
    names = new TreeSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));
    names.add(bracketed(settings.host()));
    settings.allowedHosts().forEach(name -> names.add(bracketed(name)));
  }

  private static String bracketed(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.contains(":") && !lower.startsWith("[") ? "[" + lower + "]" : lower;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Referrer-Policy", "no-referrer");
    response.setHeader("X-Frame-Options", "DENY");
    if (isKnown(request.getHeader("Host"))) {
      chain.doFilter(request, response);
      return;
    }
    response.setStatus(421);
    response.setContentType("text/plain; charset=utf-8");
    response.getWriter().println("this server does not answer to that name");
  }

  private boolean isKnown(@org.jspecify.annotations.Nullable String host) {
    if (host == null) {
      return false;
    }
    String lower = host.toLowerCase(Locale.ROOT);
    int colon = lower.lastIndexOf(':');
    return names.contains(colon > lower.lastIndexOf(']') ? lower.substring(0, colon) : lower);
  }
}
