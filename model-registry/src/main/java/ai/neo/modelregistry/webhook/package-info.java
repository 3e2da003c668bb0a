/** Telling others over HTTP what happened. */
package ai.neo.modelregistry.webhook;
