namespace Serving;

/// <summary>How a model is served.</summary>
internal sealed record ServingOptions
{
    public required string ModelFile { get; init; }
    public string Url { get; init; } = "http://127.0.0.1:5080";
    public int Workers { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Of several requests; one with more rows is a batch of its own.</summary>
    public int MostRowsOfBatch { get; init; } = 64;

    public int MostRowsWaiting { get; init; } = 1024;
    public int MostRowsOfRequest { get; init; } = 256;
    public long MostBytesOfRequest { get; init; } = 32_000_000;
    public TimeSpan MostTimeOfRequest { get; init; } = TimeSpan.FromSeconds(60);
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Is waited for before each batch is scored; by which tests hold the queue.</summary>
    public Func<Task> BeforeBatch { get; init; } = () => Task.CompletedTask;
}
