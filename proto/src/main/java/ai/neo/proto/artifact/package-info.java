/** What an artifact may be: the one allow-list in front of every store, promotion and loader. */
package ai.neo.proto.artifact;
