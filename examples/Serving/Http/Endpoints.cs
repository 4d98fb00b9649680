using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;

namespace Serving;

/// <summary>What the service answers to.</summary>
/// <param name="store">The model that answers.</param>
/// <param name="batching">Scores rows.</param>
/// <param name="metrics">Counts.</param>
/// <param name="options">The limits.</param>
internal sealed class Endpoints(ModelStore store, Batching batching, ServingMetrics metrics, ServingOptions options)
{
    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = 16 };

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", () => Results.Ok(new { status = "live" })).WithSummary("Whether the process answers.");
        app.MapGet("/health/ready", () => Results.Ok(new { status = "ready", loaded = store.Loaded, reloads = store.Reloads, lastProblem = store.LastProblem }))
            .WithSummary("Whether a model answers, since when, and what was wrong with the last one that should have taken its place.");
        app.MapGet("/model", () =>
        {
            var model = store.Use();
            try
            {
                return Results.Json(model.Description);
            }
            finally
            {
                model.EndUse();
            }
        }).WithSummary("The columns that a row needs, the task, the classes in the order of the scores.").Produces<JsonObject>();
        app.MapPost("/predict", (Delegate)Json).WithSummary("Scores rows: {\"rows\": [{\"COLUMN\": value, ...}, ...]}.")
            .Accepts<JsonObject>("application/json").Produces<JsonObject>().ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        app.MapPost("/predict/files", (Delegate)Form).DisableAntiforgery()
            .WithSummary("Scores rows with files: a part named after its column for each file (1.COLUMN for row 1), other columns as JSON in the field rows.")
            .Accepts<IFormFile>("multipart/form-data").Produces<JsonObject>().ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private Task<IResult> Json(HttpContext context) => Answer(context, ReadJson);

    private Task<IResult> Form(HttpContext context) => Answer(context, ReadForm);

    private async Task<IResult> Answer(HttpContext context, Func<HttpContext, ServedModel, UploadedFiles, Task<List<object[]>>> read)
    {
        long begin = Stopwatch.GetTimestamp();
        var model = store.Use();
        using var files = new UploadedFiles();
        int status = StatusCodes.Status500InternalServerError;
        try
        {
            var result = await Score(context, model, files, read);
            status = (result as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK;
            return result;
        }
        catch (BadRowException e)
        {
            return Problem(status = StatusCodes.Status400BadRequest, files.Hide(e.Message));
        }
        catch (JsonException e)
        {
            return Problem(status = StatusCodes.Status400BadRequest, $"The body is no JSON: {e.Message}");
        }
        catch (BadHttpRequestException e)
        {
            return Problem(status = e.StatusCode, e.Message);
        }
        catch (InvalidDataException e)
        {
            return Problem(status = StatusCodes.Status400BadRequest, $"The form can't be read: {e.Message}");
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
        {
            return Problem(status = StatusCodes.Status400BadRequest, "The body ended too early.");
        }
        finally
        {
            model.EndUse();
            metrics.Request(Stopwatch.GetElapsedTime(begin), status);
        }
    }

    private async Task<IResult> Score(
        HttpContext context, ServedModel model, UploadedFiles files, Func<HttpContext, ServedModel, UploadedFiles, Task<List<object[]>>> read)
    {
        var rows = await read(context, model, files);
        if (batching.TryScore(model, rows, context.RequestAborted) is not { } task)
        {
            metrics.TurnedAway();
            context.Response.Headers.RetryAfter = "1";
            return Problem(StatusCodes.Status503ServiceUnavailable, "Too many rows wait. Try again in a second.");
        }
        var answers = await task;
        metrics.Answered(rows.Count);
        return Results.Json(new JsonObject
        {
            ["classes"] = new JsonArray([.. model.Classes.Select(name => JsonValue.Create(name))]),
            ["predictions"] = new JsonArray([.. answers]),
        });
    }

    private async Task<List<object[]>> ReadJson(HttpContext context, ServedModel model, UploadedFiles files)
    {
        if (!context.Request.HasJsonContentType())
            throw new BadHttpRequestException("Send JSON, with the header Content-Type: application/json.", StatusCodes.Status415UnsupportedMediaType);
        using var body = await JsonDocument.ParseAsync(context.Request.Body, s_strict, context.RequestAborted);
        return new RowReader(model, metrics).Read(body.RootElement, options.MostRowsOfRequest, files.Of);
    }

    private async Task<List<object[]>> ReadForm(HttpContext context, ServedModel model, UploadedFiles files)
    {
        if (!context.Request.HasFormContentType)
            throw new BadHttpRequestException("Send a form, with the header Content-Type: multipart/form-data.", StatusCodes.Status415UnsupportedMediaType);
        var limits = new FormOptions
        {
            MultipartBodyLengthLimit = options.MostBytesOfRequest,
            ValueLengthLimit = (int)Math.Min(int.MaxValue, options.MostBytesOfRequest),
        };
        context.Features.Set<IFormFeature>(new FormFeature(context.Request, limits));
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (form.Keys.FirstOrDefault(key => key != "rows") is { } unknown)
            throw new BadRowException($"The form has a field '{unknown}'. Columns that are not files are JSON in the field 'rows'.");
        await files.Take(form.Files, model, context.RequestAborted);
        int rows = Math.Max(1, files.Rows);
        if (rows > options.MostRowsOfRequest)
            throw new BadRowException($"The form has files for {rows} rows, and a request may have {options.MostRowsOfRequest}.");
        string json = form.TryGetValue("rows", out var given) && given.Count > 0 ? given[0] ?? "" : $"[{string.Join(",", Enumerable.Repeat("{}", rows))}]";
        using var body = JsonDocument.Parse(json, s_strict);
        var read = new RowReader(model, metrics).Read(body.RootElement, options.MostRowsOfRequest, files.Of);
        return files.Rows <= read.Count ? read : throw new BadRowException($"The form has files for {files.Rows} rows, and {read.Count} rows.");
    }

    private static IResult Problem(int status, string detail) => Results.Problem(detail, statusCode: status);
}
