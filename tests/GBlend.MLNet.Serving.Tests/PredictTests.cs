using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML;

namespace Serving.Tests;

/// <summary>Rows as JSON: the numbers are those of the pipeline, and what is wrong with a request is said to its sender.</summary>
public sealed class PredictTests
{
    [Fact]
    public async Task Answers_are_those_of_the_pipeline_to_the_bit_however_requests_fall_together()
    {
        ITransformer model = null!;
        using var service = new Service(path => model = SpeechModel.Train(path, 1), o => o with { MostRowsWaiting = 10_000 });
        var rows = SpeechModel.Rows(200, 7);
        float[][] expected = SpeechModel.Scores(model, rows);
        var random = new Random(3);
        await Task.WhenAll(Enumerable.Range(0, 120).Select(async _ =>
        {
            int from, count;
            lock (random)
                (from, count) = (random.Next(180), 1 + random.Next(20));
            var response = await service.Predict(rows[from..(from + count)]);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(expected[from..(from + count)], await Service.Scores(response));
        }));
        var json = await Service.Json(await service.Predict(rows[0]));
        string[] classes = [.. json["classes"]!.AsArray().Select(name => (string)name!)];
        Assert.Equal(["no", "stop", "yes"], classes.Order());
        float[] scores = expected[0];
        Assert.Equal(classes[Array.IndexOf(scores, scores.Max())], (string)json["predictions"]![0]!["PredictedLabel"]!);
    }

    [Fact]
    public async Task A_row_that_lacks_a_modality_is_answered_by_the_other()
    {
        ITransformer model = null!;
        using var service = new Service(path => model = SpeechModel.Train(path, 1));
        var row = SpeechModel.Rows(1, 9)[0];
        var without = new Speech { Face = row.Face, Voice = [double.NaN, double.NaN, double.NaN] };
        foreach (string voice in (string[])["", ", \"Voice\": null", ", \"Voice\": [null, null, null]"])
        {
            var response = await Post(service, $"{{\"Face\": [{string.Join(", ", row.Face.Select(v => v.ToString("R", null)))}]{voice}}}");
            Assert.Equal(SpeechModel.Scores(model, [without]), await Service.Scores(response));
        }
    }

    /// <summary>Each body, and a word of the answer that helps its sender.</summary>
    [Theory]
    [InlineData("", "no JSON")]
    [InlineData("{", "no JSON")]
    [InlineData("3", "The body is 3")]
    [InlineData("[]", "no rows")]
    [InlineData("{\"rows\": []}", "no rows")]
    [InlineData("[1]", "Row 0")]
    [InlineData("[[]]", "Row 0")]
    [InlineData("{\"Fcae\": [1,2,3,4,5]}", "'Fcae', which is no column")]
    [InlineData("{\"Face\": [1,2,3,4]}", "'Face' has 4 items, and the model needs 5")]
    [InlineData("{\"Face\": \"abc\"}", "'Face' is a vector of 5 items")]
    [InlineData("{\"Face\": [1,2,3,4,\"5\"]}", "'Face' has \"5\" as item 4")]
    [InlineData("{\"Face\": [1,2,3,4,1e400]}", "as item 4")]
    [InlineData("{\"Face\": [1,2,3,4,[5]]}", "as item 4")]
    [InlineData("{\"Face\": [1,2,3,4,NaN]}", "no JSON")]
    [InlineData("{}", "Row 0")]
    [InlineData("[{\"Face\": [1,2,3,4,5], \"Voice\": [1,2,3]}, {\"Face\": [1,2,3,4,5], \"Voice\": [1,2]}]", "Row 1")]
    public async Task A_body_that_is_wrong_is_refused_with_the_place(string body, string words)
    {
        using var service = new Service(path => SpeechModel.Train(path, 1));
        var response = await Post(service, body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(words, (string)(await Service.Json(response))["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Others_in_the_batch_of_a_row_that_the_model_refuses_get_their_answers()
    {
        ITransformer model = null!;
        var gate = new SemaphoreSlim(0);
        using var service = new Service(path => model = SpeechModel.Train(path, 1), o => o with { Workers = 1, BeforeBatch = () => gate.WaitAsync() });
        var rows = SpeechModel.Rows(30, 5);
        float[][] expected = SpeechModel.Scores(model, rows);
        var good = rows.Select(row => service.Predict(row)).ToArray();
        var bad = Post(service, "[{\"Face\": [1,2,3,4,5], \"Voice\": [1,2,3]}, {}]");       // the second has no modality at all
        gate.Release(100);
        Assert.Equal(HttpStatusCode.BadRequest, (await bad).StatusCode);
        Assert.Contains("Row 1", await (await bad).Content.ReadAsStringAsync());
        for (int i = 0; i < rows.Length; i++)
            Assert.Equal([expected[i]], await Service.Scores(await good[i]));
    }

    [Fact]
    public async Task Rows_beyond_the_queue_are_turned_away_and_told_when_to_come_again()
    {
        var gate = new SemaphoreSlim(0);
        using var service = new Service(path => SpeechModel.Train(path, 1),
            o => o with { Workers = 1, MostRowsWaiting = 10, MostRowsOfBatch = 1, BeforeBatch = () => gate.WaitAsync() });
        var rows = SpeechModel.Rows(40, 5);
        var requests = rows.Select(row => service.Predict(row)).ToArray();
        var turnedAway = new List<HttpResponseMessage>();
        while (turnedAway.Count < 30)
        {
            var first = await Task.WhenAny(requests.Where(r => !turnedAway.Contains(r.IsCompleted ? r.Result : null!)));
            turnedAway.Add(await first);
        }
        Assert.All(turnedAway, response =>
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal(1, response.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
        });
        gate.Release(1000);
        var all = await Task.WhenAll(requests);
        Assert.Equal(10, all.Count(response => response.StatusCode == HttpStatusCode.OK));
        Assert.Equal(HttpStatusCode.OK, (await service.Predict(rows[0])).StatusCode);
    }

    [Fact]
    public async Task Bodies_beyond_the_limits_are_refused()
    {
        using var service = new Service(path => SpeechModel.Train(path, 1), o => o with { MostBytesOfRequest = 20_000, MostRowsOfRequest = 5 });
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Post(service, $"[{new string(' ', 30_000)}]")).StatusCode);
        var many = await service.Predict(SpeechModel.Rows(6, 1));
        Assert.Equal(HttpStatusCode.BadRequest, many.StatusCode);
        Assert.Contains("6 rows, and a request may have 5", await many.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.BadRequest, (await Post(service, string.Concat(Enumerable.Repeat("[", 5000)))).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await service.Client.PostAsync("/predict", new StringContent("{}"))).StatusCode);
    }

    [Fact]
    public async Task The_service_says_what_it_is()
    {
        using var service = new Service(path => SpeechModel.Train(path, 1));
        var model = JsonNode.Parse(await service.Client.GetStringAsync("/model"))!;
        Assert.Equal(["Face", "Voice"], model["columns"]!.AsArray().Select(column => (string)column!["name"]!));
        Assert.Equal(HttpStatusCode.OK, (await Post(service, service.Example)).StatusCode);
        Assert.Contains("/predict/files", await service.Client.GetStringAsync("/openapi/v1.json"));
        Assert.Contains("swagger", await service.Client.GetStringAsync("/index.html"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await service.Client.GetAsync("/nothing")).StatusCode);
    }

    private static Task<HttpResponseMessage> Post(Service service, string body) =>
        service.Client.PostAsync("/predict", new StringContent(body, Encoding.UTF8, "application/json"));
}
