"""A client that knows nothing of this repository but its protocol: it places an order and waits for its fill."""

import sys

import grpc

from marketops.v1 import market_service_pb2, market_service_pb2_grpc, orders_pb2

PATIENCE_S = 30


def trade(address: str, key: str, account: str) -> None:
    """Say what happens to the order until it is filled."""
    metadata = [("authorization", f"Bearer {key}")]
    with grpc.insecure_channel(address) as channel:
        market = market_service_pb2_grpc.MarketServiceStub(channel)
        stream = market.StreamExecutions(
            market_service_pb2.StreamExecutionsRequest(), timeout=PATIENCE_S, metadata=metadata
        )
        next(stream)
        ticket = market_service_pb2.PlaceOrderRequest(
            cl_ord_id="stranger-1",
            account=account,
            symbol="ACME",
            side=orders_pb2.SIDE_BUY,
            ord_type=orders_pb2.ORD_TYPE_LIMIT,
            order_qty="5",
            price="10.00",
        )
        market.PlaceOrder(ticket, timeout=PATIENCE_S, metadata=metadata)
        for response in stream:
            for report in response.executions:
                sys.stdout.write(f"{orders_pb2.ExecType.Name(report.exec_type)}\n")
                if report.leaves_qty == "0":
                    return


if __name__ == "__main__":
    trade(*sys.argv[1:])
