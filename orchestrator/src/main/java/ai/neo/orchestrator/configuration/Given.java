package ai.neo.orchestrator.configuration;

/** A value that somebody gave, not yet checked. */
public record Given(String key, String text, Origin origin) {}
