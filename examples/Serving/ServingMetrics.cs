using System.Diagnostics.Metrics;

namespace Serving;

/// <summary>What a service says of itself: <c>dotnet-counters monitor --counters GBlend.MLNet.Serving</c>, or OpenTelemetry.</summary>
internal sealed class ServingMetrics : IDisposable
{
    public const string Name = "GBlend.MLNet.Serving";

    private readonly Meter _meter = new(Name);
    private readonly Histogram<double> _requests;
    private readonly Histogram<int> _batches;
    private readonly Counter<long> _rows, _lacking, _turnedAway;

    public ServingMetrics()
    {
        _requests = _meter.CreateHistogram<double>("gblend.serving.request.duration", "s", "The time of requests, by what they ended with.");
        _batches = _meter.CreateHistogram<int>("gblend.serving.batch.rows", "{row}", "How many rows were scored together.");
        _rows = _meter.CreateCounter<long>("gblend.serving.rows", "{row}", "Rows that were answered.");
        _lacking = _meter.CreateCounter<long>("gblend.serving.rows.lacking", "{row}", "Rows that brought nothing for a column, by column.");
        _turnedAway = _meter.CreateCounter<long>("gblend.serving.requests.turned_away", "{request}", "Requests that found too many rows waiting.");
    }

    public void WatchQueue(Func<int> waiting) => _meter.CreateObservableGauge("gblend.serving.queue.rows", waiting, "{row}", "Rows that wait.");

    public void Request(TimeSpan time, int status) => _requests.Record(time.TotalSeconds, KeyValuePair.Create("status", (object?)status));

    public void Batch(int rows) => _batches.Record(rows);

    public void Answered(int rows) => _rows.Add(rows);

    public void Lacks(string column) => _lacking.Add(1, KeyValuePair.Create("column", (object?)column));

    public void TurnedAway() => _turnedAway.Add(1);

    public void Dispose() => _meter.Dispose();
}
