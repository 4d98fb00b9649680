using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Serving.Tests;

/// <summary>A service on a free port of this machine, with a folder for its model that goes with it.</summary>
internal sealed class Service : IDisposable
{
    /// <summary>Names of columns with their capitals.</summary>
    private static readonly JsonSerializerOptions s_asTheyAre = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("gblend-serving-tests-").FullName;
    private readonly Server _server;

    internal Service(Action<string> makeModel, Func<ServingOptions, ServingOptions>? change = null)
    {
        makeModel(ModelFile);
        var options = new ServingOptions { ModelFile = ModelFile, Url = "http://127.0.0.1:0", LookEvery = TimeSpan.FromMilliseconds(50) };
        _server = Server.Start(change?.Invoke(options) ?? options, CancellationToken.None);
        Client = new HttpClient { BaseAddress = new Uri(_server.Address) };
    }

    internal string ModelFile => Path.Combine(_folder, "model.zip");

    internal HttpClient Client { get; }

    internal string Example => _server.Example;

    /// <summary>Sends rows as JSON.</summary>
    internal Task<HttpResponseMessage> Predict(params Speech[] rows) => Client.PostAsync(
        "/predict", JsonContent.Create(new { rows = rows.Select(row => new { row.Face, row.Voice }) }, options: s_asTheyAre));

    internal static async Task<JsonNode> Json(HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

    internal static async Task<float[][]> Scores(HttpResponseMessage response) =>
        [.. (await Json(response))["predictions"]!.AsArray().Select(row => row!["Score"]!.AsArray().Select(score => (float)score!).ToArray())];

    public void Dispose()
    {
        Client.Dispose();
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
