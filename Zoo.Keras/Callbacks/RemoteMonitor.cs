using System.Text;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>
/// Sends the logs of each epoch to a server by HTTP POST: <c>{"epoch": 0, "loss": 0.3}</c>, as JSON or, by default, as a field of a form. A server that does not answer
/// is a warning, not the end of training. In Keras' form.
/// </summary>
/// <param name="root">The server.</param>
/// <param name="path">Where on the server.</param>
/// <param name="field">The form's field.</param>
/// <param name="headers">More headers.</param>
/// <param name="sendAsJson">Whether the body is JSON in place of a form.</param>
public sealed class RemoteMonitor(string root = "http://localhost:9000", string path = "/publish/epoch/end/", string field = "data", IReadOnlyDictionary<string, string>? headers = null, bool sendAsJson = false) : Callback
{
    static readonly HttpClient client = new();

    /// <summary>How long an answer is waited for.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        var text = Json.Write(new Dictionary<string, object?>(logs.Select(l => KeyValuePair.Create(l.Key, (object?)l.Value)).Prepend(new("epoch", (long)epoch))));
        using var request = new HttpRequestMessage(HttpMethod.Post, root + path)
        {
            Content = sendAsJson ? new StringContent(text, Encoding.UTF8, "application/json") : new FormUrlEncodedContent([new(field, text)]),
        };
        foreach (var (name, value) in headers ?? new Dictionary<string, string>()) request.Headers.TryAddWithoutValidation(name, value);
        using var deadline = new CancellationTokenSource(Timeout);
        try { client.Send(request, deadline.Token).Dispose(); }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            System.Diagnostics.Trace.TraceWarning($"RemoteMonitor: the server at {root} could not be reached: {e.Message} Expected it to take a POST to {path}. Training goes on.");
        }
    }
}
