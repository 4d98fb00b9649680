using System.Net;
using System.Text.Json.Nodes;
using Microsoft.ML;

namespace Serving.Tests;

/// <summary>Models that are replaced while they answer.</summary>
public sealed class ReloadTests
{
    [Fact]
    public async Task Another_model_takes_the_place_of_the_first_and_every_answer_is_of_one_of_them()
    {
        ITransformer first = null!;
        using var service = new Service(path => first = SpeechModel.Train(path, 1));
        var rows = SpeechModel.Rows(60, 7);
        float[][] ofFirst = SpeechModel.Scores(first, rows), ofSecond = [];
        using var stop = new CancellationTokenSource();
        var seen = new System.Collections.Concurrent.ConcurrentBag<bool>();
        var clients = Enumerable.Range(0, 8).Select(client => Task.Run(async () =>
        {
            var random = new Random(client);
            while (!stop.IsCancellationRequested)
            {
                int at = random.Next(rows.Length - 4);
                var response = await service.Predict(rows[at..(at + 4)]);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                float[][] scores = await Service.Scores(response);
                bool isFirst = scores.Zip(ofFirst[at..(at + 4)]).All(pair => pair.First.SequenceEqual(pair.Second));
                if (!isFirst)
                    Assert.Equal(ofSecond[at..(at + 4)], scores);
                seen.Add(isFirst);
            }
        })).ToArray();
        try
        {
            await Until(() => seen.Count > 20);
            using var folder = new MemoryStream();
            string elsewhere = service.ModelFile + ".second";
            ofSecond = SpeechModel.Scores(SpeechModel.Train(elsewhere, 2), rows);
            File.Move(elsewhere, service.ModelFile, overwrite: true);
            await Until(() => seen.Contains(false));
        }
        finally
        {
            stop.Cancel();
        }
        await Task.WhenAll(clients);
        Assert.Contains(true, seen);
    }

    [Fact]
    public async Task A_damaged_file_leaves_the_model_before_it_in_its_place()
    {
        ITransformer model = null!;
        using var service = new Service(path => model = SpeechModel.Train(path, 1));
        var rows = SpeechModel.Rows(3, 7);
        byte[] whole = File.ReadAllBytes(service.ModelFile);
        File.WriteAllBytes(service.ModelFile, whole[..(whole.Length / 2)]);
        await Until(() => Ready(service)["lastProblem"] is not null);
        Assert.Equal(SpeechModel.Scores(model, rows), await Service.Scores(await service.Predict(rows)));
        File.WriteAllBytes(service.ModelFile, whole);
        await Until(() => Ready(service)["lastProblem"] is null);
        Assert.Equal(SpeechModel.Scores(model, rows), await Service.Scores(await service.Predict(rows)));
    }

    [Fact]
    public void A_file_that_is_no_model_is_not_served()
    {
        var error = Assert.Throws<InvalidDataException>(() => new Service(path => File.WriteAllText(path, "no model")));
        Assert.Contains("model.zip", error.Message, StringComparison.Ordinal);
    }

    private static JsonNode Ready(Service service) => JsonNode.Parse(service.Client.GetStringAsync("/health/ready").GetAwaiter().GetResult())!;

    private static async Task Until(Func<bool> condition)
    {
        for (int i = 0; i < 1200; i++)
        {
            if (condition())
                return;
            await Task.Delay(50);
        }
        Assert.Fail("It did not happen within a minute.");
    }
}
