namespace Serving;

/// <summary>What the user asked for.</summary>
internal sealed class CommandLine
{
    public const string Help = """
        Serves a saved model over HTTP: rows as JSON, or as forms with files of pictures, videos and sound.

        usage: dotnet run -c Release --project examples/Serving -- [options]

          --model FILE       the model, as ml.Model.Save wrote it; without it, a small one is trained on generated data. When the
                             file is replaced, the new model answers from then on
          --url URL          where it listens (http://127.0.0.1:5080, which no other machine reaches)
          --workers N        how many batches are scored side by side (half of the cores)
          --batch N          the most rows of several requests that are scored together (64)
          --queue N          the most rows that wait; requests beyond them get 503 and Retry-After (1024)
          --rows N           the most rows of one request (256)
          --megabytes N      the most bytes of one request, in millions (32)
          --help

        Where OTEL_EXPORTER_OTLP_ENDPOINT is set, metrics and traces go there.
        """;

    public string? ModelFile { get; private set; }
    public string Url { get; private set; } = "http://127.0.0.1:5080";
    public int? Workers { get; private set; }
    public int? Batch { get; private set; }
    public int? Queue { get; private set; }
    public int? Rows { get; private set; }
    public int? Megabytes { get; private set; }

    public static CommandLine Parse(string[] args)
    {
        var line = new CommandLine();
        var options = new OptionReader(args, Help);
        while (options.Next())
        {
            switch (options.Option)
            {
                case "--model": line.ModelFile = options.Value(); break;
                case "--url": line.Url = options.Value(); break;
                case "--workers": line.Workers = options.Count(); break;
                case "--batch": line.Batch = options.Count(); break;
                case "--queue": line.Queue = options.Count(); break;
                case "--rows": line.Rows = options.Count(); break;
                case "--megabytes": line.Megabytes = options.Count(); break;
                default: throw options.Unknown();
            }
        }
        return line;
    }

    public ServingOptions ToOptions(string model)
    {
        var usual = new ServingOptions { ModelFile = model, Url = Url };
        return usual with
        {
            Workers = Workers ?? usual.Workers,
            MostRowsOfBatch = Batch ?? usual.MostRowsOfBatch,
            MostRowsWaiting = Queue ?? usual.MostRowsWaiting,
            MostRowsOfRequest = Rows ?? usual.MostRowsOfRequest,
            MostBytesOfRequest = Megabytes * 1_000_000L ?? usual.MostBytesOfRequest,
        };
    }
}
