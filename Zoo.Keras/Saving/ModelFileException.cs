namespace Zoo.Keras;

/// <summary>
/// A model, weights or configuration file cannot be read or written as what it claims to be: truncated, foreign, hostile, or naming things that
/// are not known here. The message says what was found where, what was expected and what helps.
/// </summary>
/// <param name="message">What happened, what was expected, what helps.</param>
/// <param name="inner">The cause, where another exception reported it.</param>
public sealed class ModelFileException(string message, Exception? inner = null) : IOException(message, inner);
