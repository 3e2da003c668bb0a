/** What the registry's connections run on. */
package ai.neo.modelregistry.network;
